/** What stands before each command, at a terminal and in a transcript. */
export const PROMPT = 'generals> ';

/** What somebody who has never been here needs, in one line. */
export const WELCOME = 'help lists the commands, Tab completes them, exit leaves.';

/** The same, where there is no Tab. */
export const WELCOME_PLAIN = 'help lists the commands, exit leaves; NO_COLOR or TERM=dumb keeps this prompt plain, without Tab.';
