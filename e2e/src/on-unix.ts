/** Declares a test about signals: on Windows a process that is sent one ends without hearing of it. */
export const onUnix = process.platform === 'win32' ? test.skip : test;
