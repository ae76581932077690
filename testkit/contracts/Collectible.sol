// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

/// @title Collectible
/// @notice An ERC-721 token of the L2, numbered from one.
contract Collectible is ERC721, Ownable {
    uint256 public supply;

    constructor(address owner) ERC721("Collectible", "ONE") Ownable(owner) {}

    /// @notice Mints the next one.
    function mint(address to) external onlyOwner returns (uint256 id) {
        id = ++supply;
        _safeMint(to, id);
    }
}
