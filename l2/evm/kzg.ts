import type { KZG as VmKzg } from "@ethereumjs/util";
import { KZG } from "micro-eth-signer/advanced/kzg.js";

/** The generators of both groups, and the secret times the second one: the result of Ethereum's KZG ceremony. */
const G1 = "0x97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb";
const G2 =
  "0x93e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e" +
  "024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8";
const G2_TAU =
  "0xb5bfd7dd8cdeb128843bc287230af38926187075cbfbefa81009a2ce615ac53d2914e5870cb452d2afaaab24f3499f72" +
  "185cbfee53492714734429b7b38608e23926c911cceceac9a36851477ba4c60b087041de621000edc98edada20c1def2";

/**
 * The part of KZG that EIP-4844's precompile needs: checking a proof at a point. The chain carries no blobs, so the
 * points for commitments to blobs are left out.
 */
export const kzg = new KZG({ g1_lagrange: [G1], g2_monomial: [G2, G2_TAU] }) as VmKzg;
