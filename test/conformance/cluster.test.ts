import { expect } from 'chai';
import { CARRIERS, type Carried, type Claim, type Shown } from '../support/carriers.ts';
import { skip } from '../support/skip.ts';

const NOBODY: ReadonlyMap<number, string> = new Map();
const ALL = [0, 1, 2, 3];

for (const { name, cannotRise, asked, start } of CARRIERS) {
  describe(`a cluster in ${name}`, () => {
    let running: Carried | undefined;
    afterEach(async () => {
      await running?.close();
      running = undefined;
    });

    function asks(test: Mocha.Context, claim: Claim): void {
      if (asked !== undefined && !asked.only.includes(claim)) skip(test, asked.told);
    }

    const begun = async (protocol: string, kinds: ReadonlyMap<number, string> = NOBODY, timeout?: number): Promise<Carried> => (running = await start(protocol, kinds, timeout));

    /** Waits until these replicas show one log of so many requests. */
    async function level(cluster: Carried, ids: readonly number[], executed: number): Promise<readonly Shown[]> {
      for (;;) {
        const shown = await Promise.all(ids.map((id) => cluster.shown(id)));
        if (shown.every((one) => one.executed === executed)) {
          expect(new Set(shown.map(({ digest }) => digest)).size, 'logs differ').to.equal(1);
          return shown;
        }
        expect(Math.max(...shown.map((one) => one.executed)), 'something was executed twice').to.be.at.most(executed);
        await cluster.pass();
      }
    }

    for (const protocol of ['pbft', 'collector']) {
      it(`decides requests by ${protocol} in one order, each once, and answers by their numbers`, async function () {
        asks(this, protocol === 'collector' ? 'collects' : 'orders');
        const cluster = await begun(protocol);
        expect(await cluster.order('set colour red')).to.equal('1');
        expect(await cluster.order('get colour')).to.equal('red');
        const results = await Promise.all(Array.from({ length: 20 }, (_, index) => cluster.order(`at once ${index}`)));
        expect(results.map(Number).toSorted((a, b) => a - b)).to.deep.equal(Array.from({ length: 20 }, (_, index) => index + 3));
        for (const { tail } of await level(cluster, ALL, 22)) expect(tail).to.have.length(8);
      });
    }

    it('stands a backup that is off', async function () {
      asks(this, 'offline backup');
      // Its commander is never at fault, however busy the machine.
      const cluster = await begun('pbft', new Map([[3, 'offline']]), 600_000);
      for (const number of [1, 2, 3]) expect(await cluster.order(`order ${number}`)).to.equal(`${number}`);
      for (const { view } of await level(cluster, [0, 1, 2], 3)) expect(view).to.equal(0);
    });

    it('stands a backup that falsifies what it says', async function () {
      asks(this, 'malicious backup');
      const cluster = await begun('pbft', new Map([[3, 'malicious']]));
      for (const number of [1, 2, 3]) expect(await cluster.order(`order ${number}`)).to.equal(`${number}`);
      await level(cluster, [0, 1, 2], 3);
      // It does, as the others have its votes for something else.
      while ((await cluster.seen?.corrupt()) === 0) await cluster.pass();
    });

    it('changes the view where the commander is off, and goes on under the next', async function () {
      asks(this, 'offline commander');
      const cluster = await begun('pbft', new Map([[0, 'offline']]));
      expect((await cluster.seen?.answers(0)) ?? false, 'it is there').to.equal(false);
      expect(await cluster.order('order 1', 1)).to.equal('1');
      expect(await cluster.order('order 2', 1)).to.equal('2');
      for (const { view, commander } of await level(cluster, [1, 2, 3], 2)) {
        expect(view).to.be.at.least(1);
        expect(commander).to.equal(view % 4);
      }
    });

    it('has its commander fall and come back: nothing is lost, and it comes level', async function () {
      if (cannotRise !== undefined) skip(this, cannotRise);
      asks(this, 'falls');
      const cluster = await begun('pbft');
      expect(await cluster.order('before')).to.equal('1');
      await cluster.fall(0);
      expect(await cluster.order('meanwhile', 1)).to.equal('2');
      await cluster.rise(0);
      expect(await cluster.order('after', 1)).to.equal('3');
      for (const { tail } of await level(cluster, ALL, 3)) expect(tail).to.deep.equal(['before', 'meanwhile', 'after']);
    });
  });
}
