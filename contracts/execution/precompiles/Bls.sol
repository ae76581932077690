// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Fork} from "../fork/Fork.sol";

/// @title Bls
/// @notice Sizes and prices of the precompiles for the curve BLS12-381 (EIP-2537).
library Bls {
    /// @dev What a sum of `k` products costs for each of them, in thousandths of a product alone: two bytes for each `k`
    /// from 1 on. The last one is for all further `k`.
    bytes private constant G1_DISCOUNTS =
        hex"03e803b50350031d02fc02ee02e202d802cf02c802c102ba02b402af02aa02a502a1029d029902950292028e028b0288"
        hex"028502820280027d027b0278027602730271026f026d026b026902670265026302610260025e025c025b025902570256"
        hex"0254025302510250024f024d024c024a02490248024602450244024302410240023f023e023d023c023a023902380237"
        hex"0236023502340233023202310230022f022e022d022c022b022a02290228022702260225022402230223022202210220"
        hex"021f021e021d021c021c021b021a0219021802180217021602150214021402130212021102100210020f020e020d020d"
        hex"020c020b020a020a0209020802080207";
    bytes private constant G2_DISCOUNTS =
        hex"03e803e8039b037403570340032c031c030e030202f702ed02e402dc02d402cd02c702c002bb02b502b002ab02a702a2"
        hex"029e029a02970293028f028c0289028602830280027d027a0278027502730270026e026c026a0267026502630261025f"
        hex"025e025c025a025802560255025302510250024e024d024b024a0248024702460244024302420240023f023e023d023b"
        hex"023a023902380237023602350233023202310230022f022e022d022c022b022a02290228022802270226022502240223"
        hex"0222022102210220021f021e021d021d021c021b021a0219021902180217021702160215021402140213021202120211"
        hex"02100210020f020e020e020d020c020c";
    uint256 private constant DISCOUNTS = 128;
    uint256 private constant WHOLE = 1000;

    /// @notice The price of a call, in L2 gas, where the input has a size that the precompile takes.
    /// @param number The precompile, one of those from `Fork.BLS_G1_ADD` to `Fork.BLS_MAP_FP2`.
    /// @param size Bytes of the input.
    function price(uint256 number, uint256 size) internal pure returns (uint256) {
        unchecked {
            // Counts of items in calldata, below 2^64.
            uint256 count = size / itemSize(number);
            if (number == Fork.BLS_G1_ADD) return Fork.BLS_G1_ADD_GAS;
            if (number == Fork.BLS_G1_MSM) return _discounted(count, Fork.BLS_G1_MUL_GAS, G1_DISCOUNTS);
            if (number == Fork.BLS_G2_ADD) return Fork.BLS_G2_ADD_GAS;
            if (number == Fork.BLS_G2_MSM) return _discounted(count, Fork.BLS_G2_MUL_GAS, G2_DISCOUNTS);
            if (number == Fork.BLS_PAIRING) return Fork.BLS_PAIRING_GAS + Fork.BLS_PAIRING_PAIR_GAS * count;
            if (number == Fork.BLS_MAP_FP) return Fork.BLS_MAP_FP_GAS;
            return Fork.BLS_MAP_FP2_GAS;
        }
    }

    /// @notice Whether a precompile takes inputs of this size: one item, or one or more where it adds up or pairs.
    function takes(uint256 number, uint256 size) internal pure returns (bool) {
        uint256 item = itemSize(number);
        bool many = number == Fork.BLS_G1_MSM || number == Fork.BLS_G2_MSM || number == Fork.BLS_PAIRING;
        return many ? size != 0 && size % item == 0 : size == item;
    }

    /// @notice Bytes of what a precompile takes: a field element has 64, a point of the first group 128, one of the second
    /// 256, a factor 32.
    function itemSize(uint256 number) internal pure returns (uint256) {
        if (number == Fork.BLS_G1_ADD) return 256;
        if (number == Fork.BLS_G1_MSM) return 160;
        if (number == Fork.BLS_G2_ADD) return 512;
        if (number == Fork.BLS_G2_MSM) return 288;
        if (number == Fork.BLS_PAIRING) return 384;
        if (number == Fork.BLS_MAP_FP) return 64;
        return 128;
    }

    function _discounted(uint256 count, uint256 single, bytes memory discounts) private pure returns (uint256) {
        if (count == 0) return 0;
        unchecked {
            // As above. The place is within the table.
            uint256 place = 2 * ((count < DISCOUNTS ? count : DISCOUNTS) - 1);
            uint256 discount = (uint256(uint8(discounts[place])) << 8) | uint8(discounts[place + 1]);
            return (count * single * discount) / WHOLE;
        }
    }
}
