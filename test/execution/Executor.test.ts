import { expect } from "chai";
import { Wallet, keccak256, toBeHex } from "ethers";
import { network } from "hardhat";

import { type Allocation, type Input, Reference, encodeWitness } from "./support/reference.ts";

const { ethers } = await network.create();
const chain = { chainId: 1088n, baseFee: 7n, gasLimit: 30_000_000n };

describe("Executor", () => {
  it("[11.9] gives the roots of @ethereumjs/vm for transfers of all types", async () => {
    const executor = await ethers.deployContract("Executor", [chain.chainId, chain.baseFee, chain.gasLimit]);
    const wallets = Array.from({ length: 50 }, (_, i) => new Wallet(keccak256(toBeHex(i + 1, 32))));
    const alloc = new Map<string, Allocation>(wallets.map((w) => [w.address.toLowerCase(), { balance: 10n ** 20n }]));
    const ref = await Reference.create(chain, alloc);
    const inputs: Input[] = [];
    for (let i = 0; i < 20; i++) {
      const raw = await wallets[i]!.signTransaction({
        type: i % 3,
        to: i == 5 ? "0x00000000000000000000000000000000000000ff" : wallets[i + 1]!.address,
        value: 1000n + BigInt(i),
        nonce: 0,
        gasLimit: 30000n,
        chainId: chain.chainId,
        ...(i % 3 === 2 ? { maxFeePerGas: 20n, maxPriorityFeePerGas: 2n } : { gasPrice: 9n }),
      });
      inputs.push({ context: { number: 1n, timestamp: 2n, coinbase: wallets[40]!.address }, raw });
    }
    const pre = ref.root;
    const { outcomes, nodes } = await ref.run(inputs);
    const got = await executor["execute"]!.staticCall(inputs, pre, encodeWitness(nodes));
    expect(got.map((o: any) => [o.valid, o.gasUsed, o.stateRoot])).to.deep.equal(
      outcomes.map((o) => [o.valid, o.gasUsed, o.stateRoot]),
    );
  });
});
