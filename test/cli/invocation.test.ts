import { expect } from 'chai';
import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { programOf } from '../../src/cli/invocation.ts';
import { cleanEnvironment, projectPath } from '../support/run.ts';
import { spawnSync } from 'node:child_process';

const PATH = ['/usr/local/bin', '/usr/bin'].join(delimiter);

describe('texts name the program as it was started', () => {
  it('by a shell that found it: generals', () => {
    expect(programOf({ env: { PATH }, file: '/usr/local/bin/generals', cwd: '/home/u' })).to.equal('generals');
  });

  it('by its path, where a shell would not find it', () => {
    expect(programOf({ env: { PATH }, file: '/opt/generals', cwd: '/opt' })).to.equal('./generals');
    expect(programOf({ env: { PATH }, file: '/opt/my tools/generals', cwd: '/home/u' })).to.equal("'/opt/my tools/generals'");
  });

  it('by node and its path', () => {
    expect(programOf({ env: { PATH }, file: '/home/u/generals/dist/bin/generals.js', cwd: '/home/u/generals' })).to.equal('node dist/bin/generals.js');
    expect(programOf({ env: { PATH }, file: '/home/u/generals/dist/bin/generals.js', cwd: '/tmp' })).to.equal('node /home/u/generals/dist/bin/generals.js');
  });

  it('by npx, from a project that has it, below that, or from nowhere', () => {
    const file = '/home/u/mine/node_modules/.bin/generals';
    for (const cwd of ['/home/u/mine', '/home/u/mine/src']) expect(programOf({ env: { PATH }, file, cwd })).to.equal('npx generals');
    expect(programOf({ env: { PATH }, file, cwd: '/home/u/mine-too' })).to.equal(file);
    expect(programOf({ env: { PATH, npm_command: 'exec', npm_lifecycle_event: 'npx' }, file: '/home/u/.npm/_npx/1/node_modules/.bin/generals', cwd: '/tmp' })).to.equal('npx generals');
    // On Windows it is started by the file that the link leads to.
    expect(programOf({ env: { PATH }, file: '/home/u/mine/node_modules/generals/dist/bin/generals.js', cwd: '/home/u/mine' })).to.equal('npx generals');
  });

  it('not by what npm told another program, which started this one', () => {
    const env = { PATH, npm_command: 'run', npm_lifecycle_event: 'start', npm_package_name: 'other', npm_package_json: '/home/u/other/package.json' };
    expect(programOf({ env, file: '/usr/bin/generals', cwd: '/home/u/other' })).to.equal('generals');
  });

  describe('really', () => {
    let folder: string;
    before(() => {
      folder = realpathSync(mkdtempSync(join(tmpdir(), 'generals-')));
      mkdirSync(join(folder, 'node_modules', '.bin'), { recursive: true });
      symlinkSync(projectPath(''), join(folder, 'node_modules', 'generals'));
      symlinkSync('../generals/dist/bin/generals.js', join(folder, 'node_modules', '.bin', 'generals'));
      writeFileSync(join(folder, 'package.json'), '{ "private": true, "scripts": { "start": "generals --nonsense", "war": "generals --nonsense" } }');
    });
    after(() => rmSync(folder, { recursive: true }));

    const ways: readonly (readonly [way: string, cwd: () => string, program: string])[] = [
      ['generals --nonsense', () => folder, 'generals'],
      ['npx --no-install generals --nonsense', () => folder, 'npx generals'],
      ['npm exec --no -- generals --nonsense', () => folder, 'npx generals'],
      ['npm start --silent', () => folder, 'npx generals'],
      ['npm run --silent war', () => folder, 'npx generals'],
      ['node_modules/.bin/generals --nonsense', () => folder, 'npx generals'],
      ['npm start --silent -- --nonsense', () => projectPath(''), 'npm start --silent --'],
      ['npm run --silent start -- --nonsense', () => projectPath(''), 'npm start --silent --'],
      ['node dist/bin/generals.js --nonsense', () => projectPath(''), 'node dist/bin/generals.js'],
    ];
    for (const [way, cwd, program] of ways) {
      it(`${way}: ${program}`, () => {
        const { stderr, status } = spawnSync('sh', ['-c', way], { cwd: cwd(), encoding: 'utf8', env: { ...cleanEnvironment(), ...withoutNpm() } });
        expect([stderr, status]).to.deep.equal([`generals: there is no option --nonsense – see ${program} --help\n`, 2]);
      });
    }
  });
});

/** These tests are run by npm themselves, whose variables would be passed on. */
const withoutNpm = (): NodeJS.ProcessEnv => Object.fromEntries(Object.keys(process.env).filter((name) => name.startsWith('npm_')).map((name) => [name, undefined]));
