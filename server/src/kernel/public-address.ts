/**
 * Which IP addresses the server may call. Public means: an ordinary host on the open internet. Everything that the
 * registries of special-purpose addresses set aside is refused, and so is every way of writing an IPv4 address inside
 * an IPv6 one, because a filter for one family must not be passed in the dress of the other.
 */
import { BlockList, isIP } from 'node:net'

/** RFC 6890 and its registry, and two addresses of cloud hosts that answer with secrets although they look public. */
const SPECIAL_IPV4: readonly [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]

/** Only 2000::/3 is handed out to hosts at all; inside it these are protocols, tunnels and documentation. */
const SPECIAL_IPV6: readonly [string, number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
]

function listOf(family: 'ipv4' | 'ipv6', subnets: readonly [string, number][]): BlockList {
  const list = new BlockList()
  for (const [network, prefix] of subnets) list.addSubnet(network, prefix, family)
  return list
}

const specialIpv4 = listOf('ipv4', SPECIAL_IPV4)
const specialIpv6 = listOf('ipv6', SPECIAL_IPV6)
const hostsIpv6 = listOf('ipv6', [['2000::', 3]])
const loopbackIpv4 = listOf('ipv4', [['127.0.0.0', 8]])
const loopbackIpv6 = listOf('ipv6', [['::1', 128]])

/** 0 for what is no address, and for one with a zone (`fe80::1%eth0`), which only means something on one machine. */
function familyOf(address: string): 0 | 4 | 6 {
  return address.includes('%') ? 0 : (isIP(address) as 0 | 4 | 6)
}

export function isPublicAddress(address: string): boolean {
  const family = familyOf(address)
  if (family === 4) return !specialIpv4.check(address, 'ipv4')
  if (family === 6) return hostsIpv6.check(address, 'ipv6') && !specialIpv6.check(address, 'ipv6')
  return false
}

export function isLoopbackAddress(address: string): boolean {
  const family = familyOf(address)
  if (family === 4) return loopbackIpv4.check(address, 'ipv4')
  if (family === 6) return loopbackIpv6.check(address, 'ipv6')
  return false
}
