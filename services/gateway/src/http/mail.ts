/** The content type of a mail as it is sent. */
export const MAIL = 'message/rfc822';
