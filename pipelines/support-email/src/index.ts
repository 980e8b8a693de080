export { Approval, supportEmail } from './support-email.js';
