import { only, whole } from '../arguments.ts';
import { faceOf } from '../face.ts';

/** `generals campaign`: which grid, how to run it, and where to. */
export interface CampaignOrder {
  /** A grid as JSON. */
  readonly file: string | undefined;
  /** What was given for the grid's fields, as it was typed. */
  readonly fields: Readonly<Record<string, string | undefined>>;
  readonly out: string | undefined;
  readonly resume: string | undefined;
  readonly engine: string | undefined;
  readonly threads: number | undefined;
  readonly json: boolean;
  readonly yes: boolean;
}

export const campaign = faceOf({
  name: 'campaign',
  usage: `
generals campaign [grid] [options] give many orders in many situations, and count what came of them`,
  help: `
For campaign (its grid from a JSON file, from options, or both; lists as a,b, ranges as 4..16):
      --protocol <names> the protocols (exchange)
      --members <range>  how many generals there are (4); G1 commands, to attack
      --faults <range>   how many of them are traitors, drawn anew for each order (1)
      --strategy <names> the traitors' ways (coin)
      --m <range>        how many traitors the protocol is run to stand: numbers, f, or default
      --orders <n>       how many orders each cell gets (10000; 1e6 is fine)
      --until <width>    end a cell when its 95 % intervals are that narrow, such as 0.01
      --seed <n>         the seed that all chance follows from; drawn at random if not given
      --out <folder>     write results.json, results.csv, report.html and plots
      --resume <folder>  go on with the campaign of that folder
      --engine <engine>  auto, simulator or kernel (auto)
      --threads <n>      as many as there are cores if not given; the results do not depend on it
      --yes              run also what takes more than an hour
      --json             one JSON object instead of a table`,
  options: {
    protocol: { type: 'string' },
    members: { type: 'string', short: 'n' },
    faults: { type: 'string', short: 'f' },
    strategy: { type: 'string' },
    m: { type: 'string', short: 'm' },
    orders: { type: 'string' },
    until: { type: 'string' },
    seed: { type: 'string' },
    out: { type: 'string' },
    resume: { type: 'string' },
    engine: { type: 'string' },
    threads: { type: 'string' },
    json: { type: 'boolean' },
    yes: { type: 'boolean', short: 'y' },
  },
  orderOf({ values: { out, resume, engine, threads, json, yes, ...fields }, positionals }): CampaignOrder {
    return { file: only('grid', positionals), fields, out, resume, engine, threads: whole(threads, '--threads', 1, 256), json: json === true, yes: yes === true };
  },
});
