/** The cheapest delays of docs/economics.md, played against the contracts and held against what the table computes. */
import { expect } from "chai";
import { parseEther } from "ethers";

import { Parameter } from "../../ignition/parameters.ts";
import { type Declared, requestFee, workTime } from "../../scripts/economics/answers.ts";
import { cheapestDelay, LEAST } from "../../scripts/economics/delays.ts";
import { ASSUMED, BATCH, DAY, gasOf, sceneAt } from "../../scripts/economics/scene.ts";
import { BatchMaker, lying, placed, placeOf, submit, type TestBatch } from "../../testkit/batches.ts";
import { answer, expire, requestData, requestOf, RequestState } from "../../testkit/disputes.ts";
import { systemFixture, type TestSystem } from "../../testkit/system.ts";

const LENGTH = 30 * DAY;
/** Enough to lose a cosigner's share and stay. */
const STAKE = parseEther("40000");

describe("The cheapest delays", () => {
  /** L1's base fee, in gwei: where the floor of the fee decides. */
  const scene = sceneAt(0.1);
  let world: BatchMaker;
  let load: () => Promise<TestSystem>;
  let system: TestSystem;
  let current: string;

  before(async () => {
    world = await BatchMaker.open();
    load = systemFixture({ rollup: { genesisStateRoot: world.genesis.postStateRoot }, stakes: Array(4).fill(STAKE) });
  });

  beforeEach(async () => {
    system = await load();
    current = (await system.sequencers.term()).sequencer;
  });

  /** Submits batches of one transfer, one behind the other. */
  const line = async (count: number): Promise<TestBatch[]> => {
    const batches: TestBatch[] = [];
    for (let parent = world.genesis; batches.length < count; parent = batches.at(-1)!.header) {
      const batch = await world.batch(parent, current, { transfers: 1, ...(await placeOf(system)) });
      await submit(system, batch);
      batches.push(batch);
    }
    return batches;
  };

  /** Whether two amounts of ETH differ by at most a part of the first. */
  const areClose = (one: number, other: number, part: number): boolean => Math.abs(one - other) <= one * part;

  /** In ETH: the fee of a request, and its call at the base fee of the scene. */
  const paidFor = async (batch: TestBatch): Promise<number> =>
    Number((await requestOf(system, batch)).fee) * 1e-9 + gasOf(scene, "request") * scene.baseFee;

  const declared = ({ header }: TestBatch): Declared => ({
    transactions: Number(header.txCount),
    bytes: Number(header.dataSize),
    gas: Number(header.gasUsed),
  });

  it("[H1] [H2] an outsider delays finality by the time in which its requests are open, to the second, and pays for each", async () => {
    const { inbox } = system;
    const batches = await line(6);
    let [stood, paid] = [0, 0];
    for (const batch of batches.slice(0, 5)) {
      await requestData(system, batch);
      const opened = await system.now();
      paid += await paidFor(batch);
      await system.skip(ASSUMED.reaction - 1);
      await answer(system, world, batch);
      stood += (await system.now()) - opened;
    }
    expect(stood).to.be.within(5 * ASSUMED.reaction, 5 * (ASSUMED.reaction + 2));
    for (const { header } of batches.slice(4)) expect(await inbox.standstill(header.index)).to.equal(stood);

    const run = await Promise.all(batches.map(async ({ header }) => placed(system, header)));
    const { time } = system.connection.networkHelpers;
    await time.setNextBlockTimestamp(run.at(-1)!.standing.due + stood - 1);
    await inbox.finalise(run);
    expect(await inbox.finalised()).to.equal(batches.at(-1)!.header.index);
    await inbox.finalise(run);
    expect(await inbox.finalised()).to.equal(batches.at(-1)!.header.index + 1n);

    const cost = (paid / stood) * LENGTH;
    expect(areClose(cost, cheapestDelay(scene, "outsider").cost, 0.1), `${cost} ETH`).to.equal(true);
    expect(cost > LEAST.outsider, `${cost} ETH`).to.equal(true);
  });

  it("[H3] [M1] a silent seat delays by its grace, and pays the fee and whoever answers in its place", async () => {
    const batches = await line(2);
    const [batch, last] = batches as [TestBatch, TestBatch];
    const stranger = system.others[0]!;
    const { stake } = await system.sequencers.sequencerOf(current);
    await requestData(system, batch);
    const opened = await system.now();
    await system.skip(scene.grace + ASSUMED.reaction - 1);
    await answer(system, world, batch, { as: stranger });
    const stood = (await system.now()) - opened;
    expect(stood).to.be.within(scene.grace + ASSUMED.reaction, scene.grace + ASSUMED.reaction + 2);
    expect(await system.inbox.standstill(last.header.index)).to.equal(stood);

    const repaid = stake - (await system.sequencers.sequencerOf(current)).stake;
    expect(await system.sequencers.owed(stranger)).to.equal(repaid);
    const paid = (await paidFor(batch)) + (Number(repaid) / 1e18) * ASSUMED.metis;
    const whole = requestFee(scene, declared(batch)) * (1 + (scene.parameters.AnswerPay / 1e18) * ASSUMED.metis);
    // An answer is repaid for its part, which leaves out what a call costs anyhow.
    expect(paid > whole * 0.6 && paid < whole * 1.05, `${paid} of ${whole} ETH`).to.equal(true);
    const cost = (paid / stood) * LENGTH;
    expect(cost > LEAST.seat && cost > LEAST.third, `${cost} ETH`).to.equal(true);
    expect(areClose(cost, cheapestDelay(scene, "third").cost, 0.5), `${cost} ETH`).to.equal(true);
  });

  it("[H2] [H4] two thirds that withhold delay by one window, however many batches they withhold, and lose their stakes", async () => {
    const batches = await line(3);
    for (const batch of batches) await requestData(system, batch);
    const opened = await system.now();
    await system.skip(scene.parameters.RequestWindow + 60);
    const { epoch } = await placeOf(system);
    await expire(system, batches[0]!);
    const delayed = (await system.now()) - opened;
    expect(delayed).to.be.closeTo(scene.parameters.RequestWindow, 120);
    expect((await system.sequencers.sequencerOf(current)).stake).to.equal(0n);
    // The others went with it: nothing of theirs is left to delay anybody.
    expect(await system.inbox.head()).to.equal(1n);
    expect(await system.inbox.insecure()).to.equal(false);
    expect((await placeOf(system)).epoch).to.equal(epoch + 1n);
    current = (await system.sequencers.term()).sequencer;
    const left = system.sequencerAccounts.filter(({ address }) => address !== batches[0]!.header.sequencer);
    const next = await world.batch(world.genesis, current, { transfers: 1, ...(await placeOf(system)) });
    await submit(system, next, left);
    expect(await system.inbox.standstill(1)).to.equal(0n);
    for (const { address } of left) {
      expect((await system.sequencers.sequencerOf(address)).stake).to.be.lessThan(STAKE);
    }
  });

  it("[H5] two thirds that move deadlines pay the fee of a full batch for what its answer takes at worst", async () => {
    const [first] = await line(1);
    const full: TestBatch[] = [];
    for (let parent = first!; full.length < 3; parent = full.at(-1)!) {
      const honest = await world.batch(parent.header, current, { transfers: 1, ...(await placeOf(system)) });
      const batch = lying(honest, { header: { gasUsed: BigInt(BATCH.gas) } });
      await submit(system, batch);
      full.push(batch);
    }
    const deadlines: number[] = [];
    for (const batch of full) {
      await requestData(system, batch);
      const { deadline, state, fee } = await requestOf(system, batch);
      expect(state).to.equal(RequestState.Open);
      expect(areClose(Number(fee) * 1e-9, requestFee(scene, declared(batch)), 0.001)).to.equal(true);
      deadlines.push(Number(deadline));
    }
    const work = workTime(scene, declared(full[0]!));
    // L1 counts the gas of transfers at worst too, in whole seconds.
    expect(deadlines[2]! - deadlines[1]!).to.be.within(Math.floor(work), Math.ceil(work * 1.001));
    // The first one fits into its window.
    expect(deadlines[0]! - (await system.now())).to.be.at.most(scene.parameters.RequestWindow);
    const cost = ((await paidFor(full[2]!)) / work) * LENGTH;
    expect(areClose(cost, cheapestDelay(scene, "two thirds").cost, 0.1), `${cost} ETH`).to.equal(true);
    expect(cost > LEAST["two thirds"], `${cost} ETH`).to.equal(true);
    expect(await system.parameters.get(Parameter.RequestWindow)).to.equal(BigInt(scene.parameters.RequestWindow));
  });
});
