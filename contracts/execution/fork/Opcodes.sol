// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// The opcodes of the fork (Fork). Constants of the file, because assembly cannot read those of a library. Of PUSH, DUP,
// SWAP and LOG the ends of each series have names.

uint256 constant STOP = 0x00;
uint256 constant ADD = 0x01;
uint256 constant MUL = 0x02;
uint256 constant SUB = 0x03;
uint256 constant DIV = 0x04;
uint256 constant SDIV = 0x05;
uint256 constant MOD = 0x06;
uint256 constant SMOD = 0x07;
uint256 constant ADDMOD = 0x08;
uint256 constant MULMOD = 0x09;
uint256 constant EXP = 0x0a;
uint256 constant SIGNEXTEND = 0x0b;

uint256 constant LT = 0x10;
uint256 constant GT = 0x11;
uint256 constant SLT = 0x12;
uint256 constant SGT = 0x13;
uint256 constant EQ = 0x14;
uint256 constant ISZERO = 0x15;
uint256 constant AND = 0x16;
uint256 constant OR = 0x17;
uint256 constant XOR = 0x18;
uint256 constant NOT = 0x19;
uint256 constant BYTE = 0x1a;
uint256 constant SHL = 0x1b;
uint256 constant SHR = 0x1c;
uint256 constant SAR = 0x1d;
uint256 constant CLZ = 0x1e;

uint256 constant KECCAK256 = 0x20;

uint256 constant ADDRESS = 0x30;
uint256 constant BALANCE = 0x31;
uint256 constant ORIGIN = 0x32;
uint256 constant CALLER = 0x33;
uint256 constant CALLVALUE = 0x34;
uint256 constant CALLDATALOAD = 0x35;
uint256 constant CALLDATASIZE = 0x36;
uint256 constant CALLDATACOPY = 0x37;
uint256 constant CODESIZE = 0x38;
uint256 constant CODECOPY = 0x39;
uint256 constant GASPRICE = 0x3a;
uint256 constant EXTCODESIZE = 0x3b;
uint256 constant EXTCODECOPY = 0x3c;
uint256 constant RETURNDATASIZE = 0x3d;
uint256 constant RETURNDATACOPY = 0x3e;
uint256 constant EXTCODEHASH = 0x3f;

uint256 constant BLOCKHASH = 0x40;
uint256 constant COINBASE = 0x41;
uint256 constant TIMESTAMP = 0x42;
uint256 constant NUMBER = 0x43;
uint256 constant PREVRANDAO = 0x44;
uint256 constant GASLIMIT = 0x45;
uint256 constant CHAINID = 0x46;
uint256 constant SELFBALANCE = 0x47;
uint256 constant BASEFEE = 0x48;
uint256 constant BLOBHASH = 0x49;
uint256 constant BLOBBASEFEE = 0x4a;

uint256 constant POP = 0x50;
uint256 constant MLOAD = 0x51;
uint256 constant MSTORE = 0x52;
uint256 constant MSTORE8 = 0x53;
uint256 constant SLOAD = 0x54;
uint256 constant SSTORE = 0x55;
uint256 constant JUMP = 0x56;
uint256 constant JUMPI = 0x57;
uint256 constant PC = 0x58;
uint256 constant MSIZE = 0x59;
uint256 constant GAS = 0x5a;
uint256 constant JUMPDEST = 0x5b;
uint256 constant TLOAD = 0x5c;
uint256 constant TSTORE = 0x5d;
uint256 constant MCOPY = 0x5e;

uint256 constant PUSH0 = 0x5f;
uint256 constant PUSH1 = 0x60;
uint256 constant PUSH2 = 0x61;
uint256 constant PUSH3 = 0x62;
uint256 constant PUSH32 = 0x7f;
uint256 constant DUP1 = 0x80;
uint256 constant DUP16 = 0x8f;
uint256 constant SWAP1 = 0x90;
uint256 constant SWAP16 = 0x9f;
uint256 constant LOG0 = 0xa0;
uint256 constant LOG4 = 0xa4;

uint256 constant CREATE = 0xf0;
uint256 constant CALL = 0xf1;
uint256 constant CALLCODE = 0xf2;
uint256 constant RETURN = 0xf3;
uint256 constant DELEGATECALL = 0xf4;
uint256 constant CREATE2 = 0xf5;
uint256 constant STATICCALL = 0xfa;
uint256 constant REVERT = 0xfd;
uint256 constant SELFDESTRUCT = 0xff;
