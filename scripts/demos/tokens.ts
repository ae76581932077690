/** A token on the L2, for scenarios about what contracts do there. */
import { type Wallet, parseEther } from "ethers";

import type { BatchHeader } from "../../l2/batch/header.ts";
import { type Hex, fromHex } from "../../l2/base/hex.ts";
import { keccakHex } from "../../l2/base/keccak.ts";
import { Account, contractOf } from "../../testkit/l2-contracts.ts";
import { included } from "./acts.ts";
import type { Stage } from "./stage.ts";
import { amount, grouped, short } from "./story.ts";

const SUPPLY = parseEther("1000000");
/** L2 gas that no payment of a demo exceeds. */
const PLENTY = 6_000_000n;

/** What an issuer of a token signed. */
export interface TokenPlay {
  readonly token: string;
  /** The transaction that pays: the one to lie about. */
  readonly payment: Hex;
  /** Everything that was signed, in order. */
  readonly signed: readonly Hex[];
}

/** The first user issues a token and pays others with it, each the same, in one transaction (steps 1 to 4). */
export async function issueAndPay(stage: Stage, recipients: readonly string[], each: bigint): Promise<TokenPlay> {
  const { story, cast, config } = stage;
  const contract = await contractOf("Token");
  const wallet = cast.users[0] as Wallet;
  const issuer = new Account(wallet, config, await stage.local.l2.getTransactionCount(wallet.address, "pending"));
  const deployment = await issuer.deploy(contract, ["Coffee", "CUP", issuer.address, SUPPLY]);
  const data =
    recipients.length === 1
      ? contract.interface.encodeFunctionData("transfer", [recipients[0], each])
      : contract.interface.encodeFunctionData("pay", [recipients, each]);
  const payment = await issuer.sign({ to: deployment.address, data, gasLimit: PLENTY });
  story.narrate("user 1", "signs the deployment of OpenZeppelin's ERC-20 and submits it", "consensus");
  const whom = recipients.length === 1 ? "user 2" : `${grouped(recipients.length)} accounts in one transaction`;
  story.narrate("user 1", `signs a payment of ${amount(each)} CUP to ${whom}, and submits it`, "consensus");
  const signed = [deployment.raw, payment];
  await submit(stage, signed);
  await story.observe({
    steps: ["4"],
    actor: "user 1",
    to: "Metis blockchain",
    read: () => stage.local.l2.getTransactionReceipt(keccakHex(fromHex(payment))),
    holds: (receipt) => receipt?.status === 1,
    text: (receipt) =>
      `gets a receipt: ${short(deployment.address)} is created, its code runs: ${grouped(receipt?.gasUsed ?? 0n)} L2 gas for the payment`,
  });
  return { token: deployment.address, payment, signed };
}

/** Submits what was signed, and waits until it is in blocks. Returns the hashes. */
export async function submit(stage: Stage, signed: readonly Hex[]): Promise<Hex[]> {
  for (const raw of signed) await stage.local.consensus.agent.submitTransaction(fromHex(raw));
  const hashes = signed.map((raw) => keccakHex(fromHex(raw)));
  await stage.until(() => included(stage, hashes));
  return hashes;
}

/** What was rolled back is in a batch of L1 again (Q8, 11.14). */
export async function observeArrival(stage: Stage, header: BatchHeader, raw: Hex): Promise<void> {
  const { l1State } = stage.local;
  await stage.story.observe({
    steps: ["Q8", "11.14"],
    actor: "user 1",
    to: "L1",
    read: async () => {
      const blocks = await stage.current.chain.blocks(Number(header.firstBlock), Number(header.lastBlock));
      return blocks.some(({ transactions }) => transactions.includes(raw)) ? header.index : undefined;
    },
    holds: (index) => index !== undefined && index === l1State.condemned.at(-1)?.header.index,
    text: `finds her payment in the new batch ${header.index}`,
  });
}

/** What somebody holds of a token, as a node of the L2 says. */
export async function balanceOf(stage: Stage, token: string, holder: string): Promise<bigint> {
  const { interface: abi } = await contractOf("Token");
  const returned = await stage.local.l2.call({ to: token, data: abi.encodeFunctionData("balanceOf", [holder]) });
  const [balance] = abi.decodeFunctionResult("balanceOf", returned).toArray() as [bigint];
  return balance;
}
