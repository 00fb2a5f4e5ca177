/**
 * Each special range is tried at its first and last address, and the address just outside it must be public again
 * (where nothing else claims it), so that a mistyped prefix length shows.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLoopbackAddress, isPublicAddress } from './public-address.ts'

test('ordinary addresses are public', () => {
  for (const address of ['1.1.1.1', '8.8.8.8', '93.184.216.34', '223.255.255.255', '2606:4700::1111', '2a00:1450::8']) {
    assert.equal(isPublicAddress(address), true, address)
  }
})

test('special IPv4 ranges are refused at both ends, and their neighbours are not', () => {
  const ranges: [string, string, string | null][] = [
    ['0.0.0.0', '0.255.255.255', '1.0.0.0'],
    ['10.0.0.0', '10.255.255.255', '11.0.0.0'],
    ['100.64.0.0', '100.127.255.255', '100.128.0.0'],
    ['127.0.0.0', '127.255.255.255', '128.0.0.0'],
    ['168.63.129.16', '168.63.129.16', '168.63.129.17'],
    ['169.254.0.0', '169.254.255.255', '169.255.0.0'],
    ['172.16.0.0', '172.31.255.255', '172.32.0.0'],
    ['192.0.0.0', '192.0.0.255', '192.0.1.0'],
    ['192.0.2.0', '192.0.2.255', '192.0.3.0'],
    ['192.168.0.0', '192.168.255.255', '192.169.0.0'],
    ['198.18.0.0', '198.19.255.255', '198.20.0.0'],
    ['198.51.100.0', '198.51.100.255', '198.51.101.0'],
    ['203.0.113.0', '203.0.113.255', '203.0.114.0'],
    ['224.0.0.0', '255.255.255.255', null],
  ]
  for (const [first, last, outside] of ranges) {
    assert.equal(isPublicAddress(first), false, first)
    assert.equal(isPublicAddress(last), false, last)
    if (outside) assert.equal(isPublicAddress(outside), true, outside)
  }
})

test('the addresses where cloud hosts answer with their secrets are refused', () => {
  const metadata = ['169.254.169.254', '169.254.170.2', '100.100.100.200', '192.0.0.192', '168.63.129.16']
  for (const address of [...metadata, 'fd00:ec2::254', 'fe80::a9fe:a9fe']) {
    assert.equal(isPublicAddress(address), false, address)
  }
})

test('no IPv6 dress lets an address through', () => {
  const dressed = ['::', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:8.8.8.8', '::8.8.8.8', '64:ff9b::a00:1']
  const local = ['fe80::1', 'fe80::1%eth0', 'febf::1', 'fec0::1', 'fc00::1', 'fdff::1', 'ff02::1', '100::1', '5f00::1']
  const tunnels = ['2001::1', '2001:1ff::1', '2002:7f00:1::', '2001:db8::1', '3fff::1', '3fff:fff::1']
  for (const address of [...dressed, ...local, ...tunnels]) assert.equal(isPublicAddress(address), false, address)
  for (const address of ['2001:200::1', '2003::1', '3ffe::1']) assert.equal(isPublicAddress(address), true, address)
})

test('what is no address is not public', () => {
  for (const text of ['', 'localhost', '127.1', '0x7f.0.0.1', '1.1.1.1 ', '[::1]']) {
    assert.equal(isPublicAddress(text), false, text)
    assert.equal(isLoopbackAddress(text), false, text)
  }
})

test('loopback is 127/8 and ::1, plainly written', () => {
  for (const address of ['127.0.0.1', '127.255.255.254', '::1']) assert.equal(isLoopbackAddress(address), true, address)
  for (const address of ['128.0.0.1', '10.0.0.1', '::', '::2', '::ffff:127.0.0.1', '::ffff:7f00:1', '::1%lo']) {
    assert.equal(isLoopbackAddress(address), false, address)
  }
})
