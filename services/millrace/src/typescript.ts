// node --import millrace/typescript: for tests and programs of a project that are written in TypeScript.
import { translateTypeScript } from '@millrace/project/typescript';

translateTypeScript();
