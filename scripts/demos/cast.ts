/** The people of a demo: their keys, their money, and what they are called. */
import { type TransactionResponse, type Wallet, formatEther, parseEther } from "ethers";

import { certificateDomain, provePossession } from "../../agents/l1/certificate.ts";
import { Parameter } from "../../ignition/parameters.ts";
import { type System, asRunner } from "../../ignition/system.ts";
import type { Playground } from "./network.ts";
import type { Holding, Out } from "./story.ts";

/** Everyone with a key. Sequencers come as the owners of their stakes and, at the same place, their signing keys. */
export interface Cast {
  readonly users: readonly Wallet[];
  readonly owners: readonly Wallet[];
  readonly keys: readonly Wallet[];
  readonly verifiers: readonly Wallet[];
  readonly voters: readonly Wallet[];
  readonly consensus: Wallet;
  readonly submitter: Wallet;
}

const USERS = 200;
const SEQUENCERS = 4;
/** An estimate can be too low: it assumes the last block's second, in which counting votes is cheaper. */
const JOIN_GAS = 600_000n;
const VERIFIERS = 2;
const VOTERS = 3;
/** METIS of each voter: together more than a quorum. Each alone may propose, and so may a verifier. */
const VOTES = parseEther("500000");
const PROPOSING = parseEther("10000");
const REWARDS = parseEther("10000");
/** ETH of each actor on L1, where it is worth nothing and where it is. */
const PLENTY = parseEther("100");
const FUNDS = parseEther(process.env["METIS_DEMO_FUNDS"] ?? "0.2");

/** Gas of the deployer, with a margin: the contracts take 31 million, letting everybody in 2 million. */
const DEPLOYMENT_GAS = 35_000_000n;
const LETTING_IN_GAS = 3_000_000n;

/** Gives everyone a key. */
export function castPeople(playground: Pick<Playground, "key">, users = USERS): Cast {
  const many = (part: string, count: number): Wallet[] =>
    Array.from({ length: count }, (_, place) => playground.key(`${part} ${place}`));
  return {
    users: many("user", users),
    owners: many("owner of sequencer", SEQUENCERS),
    keys: many("key of sequencer", SEQUENCERS),
    verifiers: many("verifier", VERIFIERS),
    voters: many("voter", VOTERS),
    consensus: playground.key("consensus layer"),
    submitter: playground.key("submitter"),
  };
}

/** Everyone who sends transactions to L1. */
function payers(cast: Cast): Wallet[] {
  return [...cast.owners, ...cast.keys, ...cast.verifiers, ...cast.voters, cast.consensus, cast.submitter];
}

/**
 * Looks whether the deployer can pay everybody, before anything is spent.
 * @param deploys Whether the contracts are deployed too.
 * @throws Error naming the deployer, what it has, what is needed for what, and what it lacks.
 */
export async function checkFunds(
  { deployer, provider, movable }: Playground,
  cast: Cast,
  deploys: boolean,
): Promise<void> {
  const account = await deployer.getAddress();
  const [balance, { gasPrice }] = await Promise.all([provider.getBalance(account), provider.getFeeData()]);
  const each = movable ? PLENTY : FUNDS;
  const { length } = payers(cast);
  const gas = (LETTING_IN_GAS + (deploys ? DEPLOYMENT_GAS : 0n)) * (gasPrice ?? 0n);
  const lacking = BigInt(length) * each + gas - balance;
  if (lacking <= 0n) return;
  const setting = movable ? "" : " (METIS_DEMO_FUNDS)";
  throw new Error(
    `The deployer ${account} has ${formatEther(balance)} ETH and lacks ${formatEther(lacking)}: expected ` +
      `${formatEther(each)}${setting} for each of ${length} actors, and ${formatEther(gas)} for gas.`,
  );
}

/**
 * Sends everyone money; sequencers join, verifiers register; they and the voters delegate to themselves.
 * @param out Told of every stage: on a public network each takes a minute or more.
 */
export async function letIn(playground: Playground, system: System, cast: Cast, out: Out): Promise<void> {
  const { deployer, provider, movable, chainId } = playground;
  const { token, parameters } = asRunner(system, deployer);
  const domain = certificateDomain(chainId, await system.sequencers.getAddress());
  const [minimum, bond] = await Promise.all([
    parameters.get(Parameter.MinimumLock),
    parameters.get(Parameter.VerifierBond),
  ]);
  // Who loses a share for what it cosigned stays.
  const lock = 2n * minimum;
  out(`  … ETH for ${payers(cast).length} accounts, METIS for those who lock or vote`);
  for (const { address } of payers(cast)) {
    await done(deployer.sendTransaction({ to: address, value: movable ? PLENTY : FUNDS }));
  }
  const grants: [readonly Wallet[], bigint][] = [
    [cast.owners, lock],
    [cast.verifiers, bond + PROPOSING],
    [cast.voters, VOTES],
  ];
  for (const [people, amount] of grants) {
    for (const { address } of people) await done(token.transfer(address, amount));
  }
  out(`  … ${cast.owners.length} sequencers join`);
  for (const [place, owner] of cast.owners.entries()) {
    const theirs = asRunner(system, owner.connect(provider));
    await done(theirs.token.approve(system.sequencers, lock));
    const key = cast.keys[place] as Wallet;
    const possession = await provePossession(domain, key, owner.address);
    await done(theirs.sequencers.join(key.address, owner.address, lock, possession, { gasLimit: JOIN_GAS }));
  }
  // Whoever joined counts from the next term on, and before the first batch nobody waits for that.
  await done(asRunner(system, deployer).sequencers.rotate());
  out(`  … ${cast.verifiers.length} verifiers register, ${cast.voters.length} voters delegate`);
  for (const verifier of cast.verifiers) {
    const theirs = asRunner(system, verifier.connect(provider));
    await done(theirs.token.approve(system.verifiers, bond));
    await done(theirs.verifiers.register());
  }
  for (const member of [...cast.voters, ...cast.verifiers]) {
    await done(asRunner(system, member.connect(provider)).token.delegate(member.address));
  }
  await done(token.approve(system.sequencers, REWARDS));
  await done(asRunner(system, deployer).sequencers.fundRewards(REWARDS));
}

/** Sends what is left back to the deployer, on a network where it is worth something. */
export async function returnFunds({ deployer, provider }: Playground, cast: Cast): Promise<void> {
  const to = await deployer.getAddress();
  const { maxFeePerGas } = await provider.getFeeData();
  const price = maxFeePerGas ?? 0n;
  for (const wallet of payers(cast)) {
    const value = (await provider.getBalance(wallet.address)) - 21_000n * price;
    if (value <= 0n) continue;
    const fees = { gasLimit: 21_000n, maxFeePerGas: price, maxPriorityFeePerGas: price };
    await done(wallet.connect(provider).sendTransaction({ to, value, ...fees }));
  }
}

/** What every address is called. */
export async function nameAll(playground: Playground, system: System, cast: Cast): Promise<Map<string, string>> {
  const { users, owners, keys, verifiers, voters, consensus, submitter } = cast;
  const named: [string, readonly { address: string }[]][] = [
    ["user", users],
    ["sequencer", owners],
    ["sequencer", keys],
    ["verifier", verifiers],
    ["voter", voters],
  ];
  const all = named.flatMap(([part, people]) =>
    people.map(({ address }, place): [string, string] => [address, `${part} ${place + 1}`]),
  );
  all.push(
    [consensus.address, "consensus"],
    [submitter.address, "submitter"],
    [await playground.deployer.getAddress(), "deployer"],
    [await system.treasury.getAddress(), "treasury"],
  );
  return new Map(all.map(([address, name]) => [address.toLowerCase(), name]));
}

/** What everybody holds: in their wallets, as stake or bond, and what they can claim. */
export async function holdings(playground: Playground, system: System, cast: Cast): Promise<Map<string, Holding>> {
  const { provider } = playground;
  const { token, sequencers, verifiers, treasury, disputes } = system;
  const held = async (address: string): Promise<Holding> => {
    const [ether, fees, metis, { stake }, { bond }, owed, returned, [grantedMetis, grantedEther]] = await Promise.all([
      provider.getBalance(address),
      disputes.owed(address),
      token.balanceOf(address),
      sequencers.sequencerOf(address),
      verifiers.verifierOf(address),
      sequencers.owed(address),
      verifiers.owed(address),
      treasury.owed(address),
    ]);
    return { ether: ether + fees + grantedEther, metis: metis + stake + bond + owed + returned + grantedMetis };
  };
  const holders = new Map<string, string[]>();
  const add = (name: string, ...addresses: string[]): void => void holders.set(name, addresses);
  cast.owners.forEach(({ address }, place) => {
    add(`sequencer ${place + 1}`, address, (cast.keys[place] as Wallet).address);
  });
  cast.verifiers.forEach(({ address }, place) => {
    add(`verifier ${place + 1}`, address);
  });
  cast.voters.forEach(({ address }, place) => {
    add(`voter ${place + 1}`, address);
  });
  add("submitter", cast.submitter.address);
  add("consensus", cast.consensus.address);
  add("treasury", await treasury.getAddress());
  const result = new Map<string, Holding>();
  for (const [name, addresses] of holders) {
    const parts = await Promise.all(addresses.map(held));
    result.set(name, {
      ether: parts.reduce((sum, { ether }) => sum + ether, 0n),
      metis: parts.reduce((sum, { metis }) => sum + metis, 0n),
    });
  }
  return result;
}

async function done(sent: Promise<TransactionResponse>): Promise<void> {
  await (await sent).wait();
}
