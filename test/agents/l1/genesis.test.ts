import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { checkGenesis, readGenesis } from "../../../agents/l1/genesis.ts";
import { openL1, type L1 } from "../../../agents/l1/l1.ts";
import { AgentError } from "../../../agents/runtime/errors.ts";
import { MEMORY_LIMIT } from "../../../l2/evm/memory-limit.ts";
import { ACCESS_LIMIT, AUTHORIZATION_LIMIT, TRANSACTION_LIMIT, type ChainConfig } from "../../../l2/protocol/config.ts";
import { failureOf } from "../../../testkit/agents/failure.ts";
import { stageFixture } from "../../../testkit/agents/stage.ts";
import { temporaryDirectory } from "../../../testkit/directory.ts";

const ALICE = "0x00000000000000000000000000000000000A11cE";
const BOB = "0x0000000000000000000000000000000000000B0b";
const FILE = { chainId: 1088, baseFee: 7, gasLimit: 8_000_000, genesisTimestamp: 9, alloc: { [ALICE]: "1" } };

describe("Genesis", () => {
  describe("in a file", () => {
    const read = (content: unknown): ChainConfig => {
      const file = join(temporaryDirectory(), "genesis.json");
      writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
      return readGenesis(file);
    };

    it("gives the constants and the balances", () => {
      expect(read({ ...FILE, alloc: { [ALICE.toLowerCase()]: "1000000000000000000000" } })).to.deep.equal({
        chainId: 1088n,
        baseFee: 7n,
        gasLimit: 8_000_000n,
        genesisTimestamp: 9,
        alloc: { [ALICE]: 10n ** 21n },
      });
    });

    it("is refused where it cannot be read, with the name of the file", () => {
      expect(() => readGenesis("/nowhere/genesis.json")).to.throw(AgentError, "/nowhere/genesis.json");
      expect(() => read("{")).to.throw(AgentError, /cannot read the genesis in .*genesis\.json/);
    });

    for (const name of ["chainId", "baseFee", "gasLimit", "genesisTimestamp"]) {
      it(`is refused where ${name} is no whole number`, () => {
        for (const value of [undefined, -1, 1.5, "0x1", null]) {
          expect(() => read({ ...FILE, [name]: value })).to.throw(AgentError, name);
        }
      });
    }

    it("is refused where balances are malformed", () => {
      expect(() => read({ ...FILE, alloc: 5 })).to.throw(AgentError, "alloc");
      expect(() => read({ ...FILE, alloc: { bob: "1" } })).to.throw(AgentError, "bob; expected an address");
      expect(() => read({ ...FILE, alloc: { [BOB]: "all" } })).to.throw(AgentError, `alloc.${BOB}`);
    });

    it("gives the code of contracts that are there from the start", () => {
      expect(read({ ...FILE, predeploys: { [BOB.toLowerCase()]: "0x6001" } }).predeploys).to.deep.equal({
        [BOB]: "0x6001",
      });
      expect(() => read({ ...FILE, predeploys: 5 })).to.throw(AgentError, "predeploys");
      expect(() => read({ ...FILE, predeploys: { bob: "0x" } })).to.throw(AgentError, "predeploys.bob");
      expect(() => read({ ...FILE, predeploys: { [BOB]: "code" } })).to.throw(AgentError, `predeploys.${BOB}`);
    });

    it("is refused where balances sum to more than 2^256 - 1", () => {
      const most = 2n ** 256n - 1n;
      const rich = { ...FILE, alloc: { [ALICE]: String(most - 1n), [BOB]: "1" } };
      expect(read(rich).alloc[ALICE]).to.equal(most - 1n);
      rich.alloc[BOB] = "2";
      expect(() => read(rich)).to.throw(AgentError, `sum to ${most + 1n} wei; expected at most 2^256 - 1`);
    });
  });

  describe("on L1", () => {
    const load = stageFixture({ verifiers: 0 });

    async function setUp() {
      const { l1, system, world } = await load();
      const { config } = world;
      const honest = {
        chainId: config.chainId,
        baseFee: config.baseFee,
        gasLimit: config.gasLimit,
        blobBaseFee: 1n,
        memoryLimit: MEMORY_LIMIT,
        transactionLimit: TRANSACTION_LIMIT,
        accessLimit: ACCESS_LIMIT,
        authorizationLimit: AUTHORIZATION_LIMIT,
      };
      /** The same L1, with an executor of other constants. */
      const withExecutor = async (change: Partial<Record<keyof typeof honest, bigint | number>>): Promise<L1> => {
        const { ethers } = system.connection;
        const interpreter = await system.executor.interpreter();
        const executor = await ethers.deployContract("Executor", [{ ...honest, ...change }, interpreter]);
        const addresses = { ...l1.addresses, executor: await executor.getAddress() };
        return openL1(l1.provider, { addresses, fromBlock: 0 });
      };
      return { l1, config, withExecutor };
    }

    it("is that of the deployment", async () => {
      const { l1, config, withExecutor } = await setUp();
      await checkGenesis(l1, config);
      await checkGenesis(await withExecutor({}), config);
    });

    const OTHERS = {
      chainId: 5n,
      baseFee: 6n,
      gasLimit: 7n,
      blobBaseFee: 9n,
      memoryLimit: 10n,
      transactionLimit: 11n,
      accessLimit: 12n,
      authorizationLimit: 13n,
    };
    for (const [name, value] of Object.entries(OTHERS)) {
      it(`is refused where L1 has another ${name}`, async () => {
        const { config, withExecutor } = await setUp();
        const failure = await failureOf(checkGenesis(await withExecutor({ [name]: value }), config));
        expect(failure).to.be.instanceOf(AgentError);
        expect(failure.message).to.match(
          new RegExp(`^this L2 is not the one on L1: ${name} is \\d+, expected ${value}$`),
        );
      });
    }

    it("is refused where it has another time or other balances, and its header is told", async () => {
      const { l1, config } = await setUp();
      const headerHash = await l1.inbox.genesisHash();
      for (const change of [{ genesisTimestamp: 5 }, { alloc: { ...config.alloc, [BOB]: 1n } }]) {
        const { message } = await failureOf(checkGenesis(l1, { ...config, ...change }));
        expect(message).to.match(/genesis header \(state root 0x[0-9a-f]{64}, time \d+\) is 0x[0-9a-f]{64}/);
        expect(message).to.contain(`expected ${headerHash}`);
      }
    });

    it("is refused with everything that differs", async () => {
      const { l1, config } = await setUp();
      const { message } = await failureOf(checkGenesis(l1, { ...config, chainId: 5n, baseFee: 6n }));
      expect(message).to.contain(`chainId is 5, expected ${config.chainId}; baseFee is 6, expected ${config.baseFee}`);
      expect(message, "what submissions are checked by").to.contain("BatchInbox.baseFee is 6");
    });

    it("is refused where L1 is another chain, without the contracts", async () => {
      const { l1, config } = await setUp();
      const nowhere = openL1(l1.provider, { ...l1, addresses: { ...l1.addresses, executor: ZeroAddress } });
      const { message } = await failureOf(checkGenesis(nowhere, config));
      expect(message).to.contain(`${ZeroAddress} has no code on L1 (chain 31337)`);
    });
  });
});
