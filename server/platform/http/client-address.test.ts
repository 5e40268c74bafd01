import { expect, test } from "vitest";
import { clientAddress, isTrustedProxy, networkOf, parseTrustedProxies } from "./client-address";

function addressBehind(setting: string, remoteAddress: string, forwardedFor: string | null) {
  const proxies = parseTrustedProxies(setting);
  if (proxies === null) throw new Error(`${setting} is no setting`);
  return clientAddress(proxies, { remoteAddress, forwardedFor });
}

test.each([
  ["nobody is trusted", "0", "203.0.113.9", "1.2.3.4", "203.0.113.9"],
  ["one proxy wrote the last entry", "1", "10.0.0.1", "6.6.6.6, 1.2.3.4", "1.2.3.4"],
  ["two proxies wrote the last two", "2", "10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2", "1.2.3.4"],
  ["fewer entries than proxies: the first", "3", "10.0.0.1", "1.2.3.4", "1.2.3.4"],
  ["no entry: the other end", "1", "10.0.0.1", null, "10.0.0.1"],
  ["a stranger connects past the proxy", "10.0.0.0/8", "203.0.113.9", "1.2.3.4", "203.0.113.9"],
  ["a proxy of the network", "10.0.0.0/8", "10.0.0.1", "6.6.6.6, 1.2.3.4", "1.2.3.4"],
  ["a chain of them", "10.0.0.0/8, ::1", "::1", "6.6.6.6, 1.2.3.4, 10.9.9.9", "1.2.3.4"],
  ["IPv4 within IPv6", "10.0.0.0/8", "::ffff:10.0.0.1", "1.2.3.4", "1.2.3.4"],
  ["a port behind it", "1", "10.0.0.1", "1.2.3.4:5678", "1.2.3.4"],
  ["IPv6 in brackets", "1", "10.0.0.1", "[2001:DB8::1]:443", "2001:db8::1"],
  ["what is no address ends the chain", "2", "10.0.0.1", "1.2.3.4, junk", "10.0.0.1"],
])("%s", (_, setting, remoteAddress, forwardedFor, expected) => {
  expect(addressBehind(setting, remoteAddress, forwardedFor)).toBe(expected);
});

test.each([
  ["203.0.113.9", "203.0.113.9"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:0DB8:0001:0002::9", "2001:db8:1:2::/64"],
  ["2001:db8::9", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["unknown", "unknown"],
])("%s is counted as %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test.each(["", "-1", "one", "10.0.0.0/33", "10.0.0.0/8/8", "10.0.0", "::1/129", "10.0.0.1,,"])(
  "%j is no setting",
  (text) => {
    expect(parseTrustedProxies(text)).toBeNull();
  },
);

test("a proxy is believed by its address, not by what it sends", () => {
  const proxies = parseTrustedProxies("192.168.0.0/16");
  if (proxies === null) throw new Error("no setting");
  expect(isTrustedProxy(proxies, "192.168.3.4")).toBe(true);
  expect(isTrustedProxy(proxies, "192.169.3.4")).toBe(false);
  expect(isTrustedProxy(proxies, "unknown")).toBe(false);
});
