/** Something that the current sequencer owes the network. */
interface Duty {
  /** Since when it waits, in seconds. */
  since: number;
  /** When this peer itself asked for it, in seconds. */
  askedAt?: number;
}

/** What {@link SilenceWatch} needs done before it may speak of silence. */
export interface Overdue {
  readonly id: string;
  readonly since: number;
}

/**
 * One peer's own observation of the current sequencer (S2). It is silent where it owes something (an answer, a block
 * for a waiting transaction, its signature on a batch) for the timeout, of which for the last half this peer has asked
 * for it itself. So nobody else, the consensus layer least, can make a peer believe in a silence; nor can a clock that
 * jumps.
 */
export class SilenceWatch {
  /** In seconds. */
  readonly timeout: number;
  readonly #duties = new Map<string, Duty>();

  constructor(timeout: number) {
    this.timeout = timeout;
  }

  /** Begins to wait for something; again for the same id changes nothing. */
  expect(id: string, now: number): void {
    if (!this.#duties.has(id)) this.#duties.set(id, { since: now });
  }

  /** The duty is done, or void. */
  settle(id: string): void {
    this.#duties.delete(id);
  }

  /** Begins to wait anew, where it was waited for. */
  renew(id: string, now: number): void {
    if (this.#duties.has(id)) this.#duties.set(id, { since: now });
  }

  /** Forgets everything: another sequencer owes nothing for the one before. */
  reset(): void {
    this.#duties.clear();
  }

  get ids(): readonly string[] {
    return [...this.#duties.keys()];
  }

  /** What this peer should ask the current sequencer for now, itself. */
  toAsk(now: number): readonly Overdue[] {
    return [...this.#duties]
      .filter(([, { since, askedAt }]) => askedAt === undefined && now - since >= this.timeout / 2)
      .map(([id, { since }]) => ({ id, since }));
  }

  /** This peer has asked for it, whatever came of it. */
  asked(id: string, now: number): void {
    const duty = this.#duties.get(id);
    if (duty !== undefined) duty.askedAt ??= now;
  }

  /** The duty that makes the current sequencer silent, if one does. */
  silentFor(now: number): Overdue | undefined {
    for (const [id, { since, askedAt }] of this.#duties) {
      if (askedAt !== undefined && now - askedAt >= this.timeout / 2 && now - since >= this.timeout)
        return { id, since };
    }
    return undefined;
  }
}
