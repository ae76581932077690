import { expect } from "chai";
import { Wallet, ZeroAddress, id } from "ethers";

import { CertificateCollector } from "../../../agents/peers/certificate-collector.ts";
import { Members, type SequencerSetReader } from "../../../agents/peers/members.ts";
import { certificateOf, seatsOf } from "../../../agents/l1/certificate.ts";

const wallet = (name: string): Wallet => new Wallet(id(name));
const owner = (name: string): string => wallet(`owner ${name}`).address;

interface Held {
  readonly owner: string;
  readonly key: Wallet;
  readonly weight: bigint;
}

/** A sequencer set that a test writes. */
class WrittenSet implements SequencerSetReader {
  number = 1n;
  startedAt = 100n;
  sequencer = ZeroAddress;
  drawn = ZeroAddress;
  /** Who holds the seats, by term. */
  readonly rosters: Record<number, Record<number, Held>> = {};
  readonly owners = new Map<string, string>();
  reads = 0;

  seat(term: number, seat: number, name: string, weight: bigint, key = wallet(`key of ${name}`)): Wallet {
    (this.rosters[term] ??= {})[seat] = { owner: owner(name), key, weight };
    this.owners.set(key.address, owner(name));
    return key;
  }

  term() {
    const { number, startedAt, sequencer } = this;
    return Promise.resolve({ number, transactions: 0n, startedAt, sequencer });
  }

  next() {
    return Promise.resolve(this.drawn);
  }

  rosterOf(term: number) {
    const seats = Object.entries(this.rosters[term] ?? {});
    const active = seats.reduce((bits, [seat]) => bits | (1n << BigInt(seat)), 0n);
    return Promise.resolve({ active, weight: seats.reduce((sum, [, { weight }]) => sum + weight, 0n), head: 1n });
  }

  seatAt(seat: number, term: number) {
    this.reads++;
    const { key, weight } = this.rosters[term]![seat]!;
    return Promise.resolve({ key: key.address, weight, since: BigInt(term) });
  }

  ownerOf(key: string) {
    return Promise.resolve(this.owners.get(key) ?? ZeroAddress);
  }
}

describe("Members of the peer network", () => {
  let set: WrittenSet;
  let members: Members;

  beforeEach(() => {
    set = new WrittenSet();
    for (const term of [1, 2]) {
      set.seat(term, 0, "alice", 3n);
      set.seat(term, 2, "bob", 2n);
    }
    set.sequencer = owner("alice");
    members = new Members(set, [wallet("observer").address]);
  });

  it("[M3] [Q4] count in a term as they were when it began, whatever changes for the next one", async () => {
    const fresh = set.seat(2, 0, "alice", 9n, wallet("alice's second key"));
    set.seat(2, 3, "carol", 4n);
    await members.refresh();
    expect(members.all).to.deep.equal([
      { owner: owner("alice"), seat: 0, weight: 3n, key: wallet("key of alice").address },
      { owner: owner("bob"), seat: 2, weight: 2n, key: wallet("key of bob").address },
    ]);
    expect([members.of(owner("carol")), members.coming.of(owner("carol"))?.seat]).to.deep.equal([undefined, 3]);
    expect(members.coming.of(owner("alice"))).to.deep.include({ weight: 9n, key: fresh.address });
    expect([members.current.weight, members.coming.weight]).to.deep.equal([5n, 15n]);
    expect([members.current.seats, members.coming.seats]).to.deep.equal([0b101n, 0b1101n]);
  });

  it("[S2] [S4] make a quorum with two thirds of the term's weight", async () => {
    set.seat(1, 1, "carol", 1n);
    await members.refresh();
    expect(members.isQuorum([owner("alice"), owner("carol")])).to.equal(true);
    expect(members.isQuorum([owner("alice"), owner("alice")])).to.equal(false);
    expect(members.isQuorum([owner("bob"), owner("carol"), owner("nobody")])).to.equal(false);
    set.number = 5n;
    await members.refresh();
    expect(members.isQuorum([])).to.equal(false);
  });

  it("[3] speak with the keys of this term and of the next, and no other", async () => {
    const [first, second] = [wallet("key of alice"), set.seat(2, 0, "alice", 3n, wallet("second"))];
    set.seat(2, 3, "carol", 1n);
    await members.refresh();
    const speaks = (key: Wallet, name: string) => members.speaksFor(key.address, owner(name));
    expect([speaks(first, "alice"), speaks(second, "alice"), speaks(first, "bob")]).to.deep.equal([true, true, false]);
    expect(speaks(wallet("key of carol"), "carol")).to.equal(true);
    const observer = wallet("observer").address;
    expect([members.speaksFor(observer, observer), members.speaksFor(first.address, observer)]).to.deep.equal([
      true,
      false,
    ]);
    set.number = 2n;
    set.rosters[3] = set.rosters[2]!;
    await members.refresh();
    expect([speaks(first, "alice"), speaks(second, "alice")]).to.deep.equal([false, true]);
    expect(await members.ownerOf(first.address)).to.equal(owner("alice"));
    expect(await members.ownerOf(wallet("stranger").address)).to.equal(undefined);
  });

  it("[M3] [7] remember the term before, and read a term's seats once", async () => {
    await members.refresh();
    const { reads } = set;
    await members.refresh();
    expect(set.reads - reads).to.equal(2);
    set.number = 2n;
    set.rosters[3] = {};
    await members.refresh();
    expect(members.roster(1)?.of(owner("bob"))?.weight).to.equal(2n);
    expect([members.roster(2)?.term, members.roster(3)?.members.length]).to.deep.equal([2, 0]);
    set.number = 4n;
    await members.refresh();
    expect([members.roster(1), members.roster(3)]).to.deep.equal([undefined, undefined]);
  });

  it("[5.2] tell that the draw is not fixed yet, and that nobody sequences", async () => {
    await members.refresh();
    expect(members.next).to.equal(undefined);
    set.drawn = owner("bob");
    set.sequencer = ZeroAddress;
    await members.refresh();
    expect([members.next, members.term.sequencer]).to.deep.equal([owner("bob"), undefined]);
  });

  describe("that sign", () => {
    const digest = id("digest");
    const sign = (key: Wallet): string => key.signingKey.sign(digest).serialized;

    it("[7] [S4] [M3] make a certificate with the keys of the term alone", async () => {
      await members.refresh();
      const collector = new CertificateCollector(digest, members.current);
      const [alice, bob] = [...collector.missing];
      expect(collector.add(alice!, sign(wallet("second key of alice")))).to.equal(false);
      expect(collector.add(alice!, "0x")).to.equal(false);
      expect(collector.add(alice!, sign(wallet("key of alice")))).to.equal(true);
      expect([collector.certificate(), collector.missing]).to.deep.equal([undefined, [bob]]);
      collector.add(bob!, sign(wallet("key of bob")));
      const certificate = collector.certificate()!;
      expect(seatsOf(certificate.signers)).to.deep.equal([0, 2]);
      expect(certificate.signatures).to.have.length(2 + 2 * 128);
    });

    it("[M2] leave a part of a certificate for the seats that L1 does not count yet", async () => {
      await members.refresh();
      const collector = new CertificateCollector(digest, members.current);
      for (const member of members.all) {
        const name = member.owner === owner("bob") ? "bob" : "alice";
        collector.add(member, sign(wallet(`key of ${name}`)));
      }
      const whole = collector.certificate()!;
      const part = certificateOf(whole, ~0b1n);
      expect(part).to.deep.equal({
        signers: 0b100n,
        signatures: wallet("key of bob").signingKey.sign(digest).compactSerialized,
      });
      expect(certificateOf(whole, 0b10n)).to.deep.equal({ signers: 0n, signatures: "0x" });
      expect(() => certificateOf({ ...whole, signatures: "0x" }, 1n)).to.throw(RangeError);
    });
  });
});
