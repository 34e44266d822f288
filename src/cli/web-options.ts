import { flag, whole } from './options.ts';

/** A page in the browser, beside what runs here. */
export const webOptions = (what: string) =>
  ({
    web: flag(`show ${what} on a page in the browser, too, and obey what is clicked there`),
    'web-port': whole('<n>', 'the port of that page', { min: 0, max: 65_535, otherwise: 'chosen by the system' }),
  }) as const;

/** The port of the page; undefined if there is to be none, 0 if the system chooses. */
export const webPort = (values: { readonly web: boolean; readonly 'web-port'?: number | undefined }): number | undefined => (values.web ? (values['web-port'] ?? 0) : values['web-port']);
