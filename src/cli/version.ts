export { version } from '../repl/version.ts';
