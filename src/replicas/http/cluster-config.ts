import { Ajv, type ValidateFunction } from 'ajv';
import { randomUUID } from 'node:crypto';
import type { Settings } from '../../core/machine.ts';
import { UserError, quotedPath } from '../../core/user-error.ts';
import { areKeys, newSecret, publicKeysOf, type PublicKeys } from '../../runtime/signer.ts';

/** A cluster as its file describes it: all that its members must agree on before they can agree on anything. */
export interface ClusterConfig {
  readonly v: 1;
  /** The cluster's name, which goes into every signature. */
  readonly cluster: string;
  readonly protocol: string;
  readonly settings: Settings;
  /** By id: 0, 1, 2 … */
  readonly members: readonly Member[];
}

export interface Member extends PublicKeys {
  readonly id: number;
  readonly url: string;
}

/** A new cluster with new keys. @returns its plan, and the secrets of its members by id, which belong in nobody else's hands */
export function newClusterConfig(protocol: string, settings: Settings, urls: readonly string[]): { readonly plan: ClusterConfig; readonly secrets: readonly string[] } {
  const secrets = urls.map(newSecret);
  const members = urls.map((url, id) => ({ id, url, ...publicKeysOf(secrets[id]!) }));
  return { plan: { v: 1, cluster: randomUUID(), protocol, settings, members }, secrets };
}

/** The plan that a JSON text holds. @throws UserError in one line */
export function parseClusterConfig(text: string, source: string): ClusterConfig {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UserError(`${quotedPath(source)} is no cluster file: it is not JSON`);
  }
  const flaw = flawOf(value);
  if (flaw !== undefined) throw new UserError(`${quotedPath(source)} is no cluster file: ${flaw}`);
  return value as ClusterConfig;
}

function flawOf(value: unknown): string | undefined {
  isShaped ??= new Ajv({ allowUnionTypes: true, meta: false, validateSchema: false }).compile(SHAPE);
  if (!isShaped(value)) {
    const { instancePath, message } = isShaped.errors![0]!;
    return `${instancePath === '' ? 'it' : instancePath} ${message}`;
  }
  const { members } = value as ClusterConfig;
  const misplaced = members.findIndex(({ id }, index) => id !== index);
  if (misplaced !== -1) return `/members/${misplaced}/id must be ${misplaced}`;
  const keyless = members.findIndex((member) => !areKeys(member));
  if (keyless !== -1) return `/members/${keyless} has no keys that could be used`;
  const lost = members.findIndex(({ url }) => !isAddress(url));
  return lost === -1 ? undefined : `/members/${lost}/url must be such as http://127.0.0.1:8080`;
}

/** Whether a node can be there. */
export function isAddress(url: string): boolean {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  return parsed?.protocol === 'http:' && parsed.pathname === '/' && parsed.search === '' && parsed.username === '';
}

/** Compiled when a file is read: no thread of replicas reads one. The schema is ours, and need not be checked by that of all schemas. */
let isShaped: ValidateFunction | undefined;

const SHAPE = {
  type: 'object',
  required: ['v', 'cluster', 'protocol', 'settings', 'members'],
  additionalProperties: false,
  properties: {
    v: { const: 1 },
    cluster: { type: 'string', pattern: '^[\\w.-]{1,100}$' },
    protocol: { type: 'string' },
    settings: { type: 'object', additionalProperties: { type: ['number', 'boolean'] } },
    members: {
      type: 'array',
      minItems: 1,
      maxItems: 256,
      items: {
        type: 'object',
        required: ['id', 'url', 'sign', 'pair'],
        additionalProperties: false,
        properties: { id: { type: 'integer', minimum: 0 }, url: { type: 'string' }, sign: { type: 'string' }, pair: { type: 'string' } },
      },
    },
  },
};
