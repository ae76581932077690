// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Parameter} from "../../contracts/governance/IParameters.sol";
import {MetisToken} from "../../contracts/governance/MetisToken.sol";
import {Parameters} from "../../contracts/governance/Parameters.sol";
import {ILiability} from "../../contracts/sequencers/ILiability.sol";
import {Certificate, Sequencer, Verdict} from "../../contracts/sequencers/ISequencerSet.sol";
import {SequencerSet} from "../../contracts/sequencers/SequencerSet.sol";
import {Settings} from "../governance/Settings.sol";
import {Test} from "../Test.sol";

/// @dev The chain of batches as the sequencer set sees it, moved by hand.
contract ChainDouble is ILiability {
    uint64 public override head = 1;
    uint64 public override finalised = 1;
    uint32 public override epoch;

    function move(uint64 head_, uint64 finalised_) external {
        (head, finalised) = (head_, finalised_);
    }

    function rollBack(uint64 head_) external {
        head = head_;
        ++epoch;
    }
}

/// @title Digests
/// @notice What keys sign, from the definition in docs/protocol.md.
library Digests {
    function domain(address set) internal view returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                    keccak256("Metis L2"),
                    keccak256("1"),
                    block.chainid,
                    set
                )
            );
    }

    function typed(address set, bytes32 structHash) internal view returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", domain(set), structHash));
    }

    function silence(uint32 term, address sequencer) internal pure returns (bytes32) {
        return keccak256(abi.encode(keccak256("Silence(uint32 term,address sequencer)"), term, sequencer));
    }

    function possession(address owner, address key) internal pure returns (bytes32) {
        return keccak256(abi.encode(keccak256("Possession(address owner,address key)"), owner, key));
    }
}

/// @title Sequencer fixture
/// @notice A sequencer set whose inbox and disputes contract are played by the test.
abstract contract SequencerFixture is Test {
    uint96 internal constant STAKE = 100 ether;
    uint256 internal constant UNBONDING = 21 days;
    bytes32 internal constant HEADER = keccak256("header");

    MetisToken internal token;
    Parameters internal parameters;
    SequencerSet internal set;
    ChainDouble internal chain;
    address internal timelock;
    address internal treasury;
    address internal disputes;

    /// @dev The secret of each key.
    mapping(address key => uint256) private _secrets;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        vm.roll(1_000);
        timelock = makeAddr("timelock");
        treasury = makeAddr("treasury");
        disputes = makeAddr("disputes");
        token = new MetisToken(address(this), 1_000_000 ether);
        parameters = new Parameters(timelock, Settings.defaults());
        chain = new ChainDouble();
        set = new SequencerSet(token, parameters, treasury, timelock);
        set.connect(address(chain), disputes);
    }

    /// @dev Owner `name`, key `name key`, recipient `name rewards`. Counts from the next term on.
    function _join(string memory name, uint96 stake) internal returns (address owner) {
        owner = makeAddr(name);
        _join(owner, name, stake);
    }

    /// @dev The same for an owner with another name, such as one that comes back with a new key.
    function _join(address owner, string memory name, uint96 stake) internal {
        _fund(owner, stake);
        address key = _key(name);
        bytes memory possession = _possess(owner, key);
        address recipient = makeAddr(string.concat(name, " rewards"));
        vm.prank(owner);
        set.join(key, recipient, stake, possession);
    }

    /// @dev Sequencers `s0`, `s1` and so on at seats 0, 1 and so on, all of which count in the term that begins.
    function _found(uint256 count, uint96 stake) internal returns (address[] memory owners) {
        owners = new address[](count);
        for (uint256 i = 0; i < count; ++i) owners[i] = _join(string.concat("s", vm.toString(i)), stake);
        if (count > 1) set.rotate();
        vm.roll(block.number + 2);
    }

    function _fund(address account, uint256 amount) internal {
        token.transfer(account, amount);
        vm.prank(account);
        token.approve(address(set), type(uint256).max);
    }

    function _topUp(address owner, uint96 amount) internal {
        _fund(owner, amount);
        vm.prank(owner);
        set.topUp(amount);
    }

    function _key(string memory name) internal returns (address) {
        Account memory key = makeAccount(string.concat(name, " key"));
        _secrets[key.addr] = key.key;
        return key.addr;
    }

    function _rotateKey(address owner, string memory name) internal {
        address key = _key(name);
        bytes memory possession = _possess(owner, key);
        vm.prank(owner);
        set.rotateKey(key, possession);
    }

    function _possess(address owner, address key) internal view returns (bytes memory) {
        return _sign(key, Digests.possession(owner, key));
    }

    /// @dev Signatures by the keys that these seats have in a term.
    function _certify(
        bytes32 structHash,
        uint32 term,
        uint128 signers
    ) internal view returns (Certificate memory certificate) {
        certificate.signers = signers;
        for (uint8 seat = 0; seat < 128; ++seat) {
            if (signers & (uint128(1) << seat) == 0) continue;
            bytes memory signature = _sign(set.seatAt(seat, term).key, structHash);
            certificate.signatures = bytes.concat(certificate.signatures, signature);
        }
    }

    function _sign(address key, bytes32 structHash) internal view returns (bytes memory) {
        (bytes32 r, bytes32 vs) = vm.signCompact(_secrets[key], Digests.typed(address(set), structHash));
        return bytes.concat(r, vs);
    }

    function _attest(address sequencer, uint32 term, uint32 transactions, Certificate memory certificate) internal {
        vm.prank(address(chain));
        set.attest(HEADER, sequencer, term, transactions, certificate);
    }

    /// @dev A verdict on a header of the present term, which does not move the head.
    function _verdict(address sequencer, uint128 signers) internal view returns (Verdict memory verdict) {
        verdict.headerHash = HEADER;
        verdict.sequencer = sequencer;
        verdict.epoch = chain.epoch();
        verdict.term = _term();
        verdict.signers = signers;
        verdict.claimant = address(this);
    }

    function _punish(Verdict memory verdict) internal {
        vm.prank(disputes);
        set.punish(verdict);
    }

    function _resign(address owner) internal {
        vm.prank(owner);
        set.resign();
    }

    function _kick(address sequencer, uint16 share) internal {
        vm.prank(timelock);
        set.kick(sequencer, share);
    }

    /// @dev Ends the term by its age.
    function _nextTerm() internal {
        skip(1 days);
        vm.roll(block.number + 2);
        set.rotate();
    }

    function _set(Parameter parameter, uint256 value) internal {
        vm.prank(timelock);
        parameters.set(parameter, value);
    }

    function _sequencer(address owner) internal view returns (Sequencer memory) {
        return set.sequencerOf(owner);
    }

    function _stakeOf(address owner) internal view returns (uint256) {
        return set.sequencerOf(owner).stake;
    }

    function _seatOf(address owner) internal view returns (uint128) {
        return uint128(1) << set.sequencerOf(owner).seat;
    }

    function _term() internal view returns (uint32) {
        return set.term().number;
    }

    function _current() internal view returns (address) {
        return set.term().sequencer;
    }

    /// @dev One of the founders who is not current.
    function _another(address[] memory owners) internal view returns (address) {
        return owners[0] == _current() ? owners[1] : owners[0];
    }

    /// @dev The METIS in the contract are the stakes, what is owed and kept aside, and the pool.
    function _assertSolvent(address[] memory owners, bytes32[] memory bounties) internal view {
        (uint256 toTreasury, uint256 toBurn) = set.undistributed();
        uint256 sum = toTreasury + toBurn + set.totalOwed() + set.rewardPool();
        for (uint256 i = 0; i < owners.length; ++i) sum += _stakeOf(owners[i]);
        for (uint256 i = 0; i < bounties.length; ++i) {
            (, uint256 amount, ) = set.bountyOf(bounties[i]);
            sum += amount;
        }
        assertEq(token.balanceOf(address(set)), sum);
    }
}
