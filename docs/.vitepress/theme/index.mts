// The default theme without its web font: the same system fonts as the gateway's page.
import DefaultTheme from 'vitepress/theme-without-fonts';
import './millrace.css';

export default DefaultTheme;
