import { expect } from "chai";

import { fromHex } from "../../../l2/base/hex.ts";
import { chainCommon } from "../../../l2/evm/fork.ts";
import { authorizedBy } from "../../../l2/protocol/authorization.ts";
import { decodeTransaction } from "../../../l2/protocol/transaction.ts";
import {
  type Authorization,
  CURVE_ORDER,
  type Fields,
  signAuthorization,
  signTransaction,
} from "../../../testkit/execution/transactions.ts";
import { alice, bob, carol, config } from "../../../testkit/l2/fixtures.ts";

const common = chainCommon(config);

function authorized(authorizations: readonly Authorization[], type: Fields["type"] = 4) {
  const fields: Fields = {
    ...{ type, chainId: config.chainId, nonce: 0n, tipCap: 0n, feeCap: config.baseFee, gasLimit: 1_000_000n },
    ...{ to: bob.address, value: 0n, data: "0x", accessList: [], authorizations },
  };
  return authorizedBy(decodeTransaction(config, common, fromHex(signTransaction(fields, alice.signingKey))).signed);
}

describe("Authorisations", () => {
  const own = { chainId: config.chainId, address: carol.address, nonce: 3n };
  const signed = signAuthorization(own, bob.signingKey);

  it("[1] tell who signed them, and for which nonce (EIP-7702)", () => {
    const everywhere = signAuthorization({ ...own, chainId: 0n, nonce: 0n }, carol.signingKey);
    expect(authorized([signed, everywhere])).to.deep.equal([
      { account: bob.address, nonce: 3n },
      { account: carol.address, nonce: 0n },
    ]);
    expect(authorized([], 2)).to.deep.equal([]);
  });

  it("[1] tell nobody of those that cannot count", () => {
    const skipped = [
      signAuthorization({ ...own, chainId: config.chainId + 1n }, bob.signingKey),
      signAuthorization({ ...own, nonce: 2n ** 64n - 1n }, bob.signingKey),
      { ...signed, parity: 2n },
      { ...signed, parity: 1n - signed.parity, s: CURVE_ORDER - signed.s },
      { ...signed, r: 0n },
      { ...signed, s: 0n },
      { ...signed, r: CURVE_ORDER },
    ];
    expect(authorized(skipped)).to.deep.equal([]);
  });
});
