import { inShell } from '../core/shell.ts';
import { wholePage } from '../web/server/files.ts';
import { servePage } from '../web/server/serve.ts';
import { broughtScript } from './bring.ts';
import { writeText } from './files.ts';
import { untilSignalled } from './signals.ts';
import type { WebOptions } from './subcommands/web.ts';

/** Serves the page, or writes it to a file. @returns the exit status */
export async function webCommand({ out, port }: WebOptions): Promise<number> {
  if (out !== undefined) {
    writeText(out, wholePage(await broughtScript()));
    process.stdout.write(`The laboratory is in ${inShell(out)}: open it in a browser, it needs nothing else.\n`);
    return 0;
  }
  const own = await broughtScript();
  return untilSignalled(async (signalled) => {
    const server = await servePage(port, undefined, own);
    process.stdout.write(`The laboratory: ${server.url}\nCtrl-C ends it.\n`);
    const status = await signalled;
    await server.close();
    return status;
  });
}
