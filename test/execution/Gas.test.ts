import { RANDOMNESS } from "../../l2/protocol/l2-transaction.ts";
import { expect } from "chai";
import { dataSlice, hexlify, id } from "ethers";
import hre, { network } from "hardhat";

import { CALL_GAS, deployExecutor, execute } from "../../testkit/execution/executor.ts";
import { buildState } from "../../testkit/execution/large.ts";
import { randomSource } from "../../testkit/execution/random.ts";
import { type Allocation, type Input, Reference, encodeWitness } from "../../testkit/execution/reference.ts";
import { signTransaction, signer } from "../../testkit/execution/transactions.ts";

const { ethers } = await network.create();

const chain = { chainId: 1088n, baseFee: 1_000_000_000n, gasLimit: 16_777_216n };

const ACCOUNTS = 100_000;
/** Transfers that share a call in the recomputation of a batch. */
const SHARED = 50;

describe("Gas", () => {
  const users = Array.from({ length: 200 }, (_, i) => signer(id(`user ${i}`)));
  const accounts = new Map<string, Allocation>();
  let addresses: string[];
  let state: { nodes: Map<string, Uint8Array>; root: Uint8Array };

  before(function () {
    // Instrumented code costs more.
    if (hre.globalOptions.coverage) this.skip();
    this.timeout(120_000);
    const random = randomSource("accounts");
    for (const { address } of users) accounts.set(address, { balance: 10n ** 18n, nonce: 3n });
    for (let i = accounts.size; i < ACCOUNTS; i++) {
      accounts.set(dataSlice(id(`account ${i}`), 0, 20), {
        balance: 10n ** 15n + BigInt(random(2 ** 32)) ** 2n,
        nonce: BigInt(random(100)),
      });
    }
    addresses = [...accounts.keys()];
    state = buildState(accounts);
  });

  /** Transfers from distinct users to accounts anywhere in the state; the fees go to one account. */
  function transfers(count: number, seed: string): Input[] {
    const random = randomSource(seed);
    return users.slice(0, count).map(({ key }, i) => ({
      context: {
        number: 1000n + BigInt(i >> 3),
        timestamp: 1_800_000_000n,
        coinbase: addresses[777]!,
        randomness: RANDOMNESS,
      },
      raw: signTransaction(
        {
          type: 2,
          chainId: chain.chainId,
          nonce: 3n,
          tipCap: 10n ** 8n,
          feeCap: 3n * 10n ** 9n,
          gasLimit: 21_000n,
          to: addresses[random(addresses.length)]!,
          value: 10n ** 15n + BigInt(random(2 ** 32)),
          data: "0x",
          accessList: [],
        },
        key,
      ),
    }));
  }

  /** Gas of the whole L1 transaction that executes them, calldata included. */
  async function gasOf(inputs: Input[]): Promise<bigint> {
    const executor = await deployExecutor(ethers, chain);
    const reference = Reference.of(chain, state);
    const preStateRoot = reference.root;
    const { outcomes, nodes } = await reference.run(inputs);
    expect(outcomes.every(({ valid }) => valid)).to.equal(true);
    expect(await execute(executor, inputs, preStateRoot, nodes)).to.deep.equal(outcomes);
    const call = await executor.getFunction("execute").populateTransaction(inputs, preStateRoot, encodeWitness(nodes));
    const [sender] = await ethers.getSigners();
    const receipt = await (await sender!.sendTransaction({ ...call, gasLimit: CALL_GAS })).wait();
    return receipt!.gasUsed;
  }

  it("builds the same state as @ethereumjs/mpt", async () => {
    const some = new Map([...accounts].slice(0, 500));
    const reference = await Reference.create(chain, some);
    expect(hexlify(buildState(some).root)).to.equal(reference.root);
  });

  it("[11.5] re-executes one transfer for at most 260,000 gas, the whole L1 transaction", async function () {
    this.timeout(60_000);
    const gas = await gasOf(transfers(1, "one"));
    expect(gas).to.be.lessThan(260_000n);
  });

  it(`[11.9] re-executes ${SHARED} transfers that share a call for at most 125,000 gas each`, async function () {
    this.timeout(60_000);
    const gas = await gasOf(transfers(SHARED, "shared"));
    expect(gas / BigInt(SHARED)).to.be.lessThan(125_000n);
  });
});
