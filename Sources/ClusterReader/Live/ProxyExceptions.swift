#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The hosts of `NO_PROXY`: names with their subdomains, addresses, ranges, each with or without a port.
struct ProxyExceptions {
  private enum Rule {
    case everything
    /// `name` and, where `isSuffixOnly` is false, the name itself too.
    case domain(suffix: String, isSuffixOnly: Bool, port: Int?)
    case address([UInt8], port: Int?)
    case range([UInt8], prefixLength: Int)
  }

  private let rules: [Rule]

  init(_ list: String) {
    rules = list.split(whereSeparator: { $0 == "," || $0.isWhitespace }).compactMap {
      ProxyExceptions.rule($0.lowercased())
    }
  }

  /// Whether no proxy is used for `host`. This machine itself never takes one.
  func cover(host: String, port: Int) -> Bool {
    let name = host.hasSuffix(".") ? String(host.dropLast()).lowercased() : host.lowercased()
    if name == "localhost" { return true }
    let address = ProxyExceptions.address(name)
    if let address, ProxyExceptions.isLoopback(address) { return true }
    return rules.contains { rule in
      switch rule {
      case .everything: return true
      case .domain(let suffix, let isSuffixOnly, let rulePort):
        guard rulePort == nil || rulePort == port, address == nil else { return false }
        return name.hasSuffix("." + suffix) || !isSuffixOnly && name == suffix
      case .address(let bytes, let rulePort): return bytes == address && (rulePort == nil || rulePort == port)
      case .range(let base, let length):
        guard let address, address.count == base.count else { return false }
        return ProxyExceptions.isSame(address, base, bits: length)
      }
    }
  }

  private static func rule(_ text: String) -> Rule? {
    if text == "*" { return .everything }
    if let slash = text.firstIndex(of: "/") {
      guard let base = address(String(text[..<slash])), let length = Int(text[text.index(after: slash)...]),
        (0...base.count * 8).contains(length)
      else { return nil }
      return .range(base, prefixLength: length)
    }
    if let whole = address(text) { return .address(whole, port: nil) }
    guard let url = URLParts(text, defaultScheme: ""), url.path.isEmpty else { return nil }
    if let bytes = address(url.host) { return .address(bytes, port: url.port) }
    var name = url.host
    if name.hasPrefix("*.") { name.removeFirst() }
    let isSuffixOnly = name.hasPrefix(".")
    if isSuffixOnly { name.removeFirst() }
    return name.isEmpty ? nil : .domain(suffix: name, isSuffixOnly: isSuffixOnly, port: url.port)
  }

  private static func isLoopback(_ address: [UInt8]) -> Bool {
    address.count == 4 ? address[0] == 127 : address.dropLast().allSatisfy { $0 == 0 } && address.last == 1
  }

  private static func isSame(_ left: [UInt8], _ right: [UInt8], bits: Int) -> Bool {
    let whole = bits / 8
    guard left.prefix(whole) == right.prefix(whole) else { return false }
    let rest = bits % 8
    guard rest > 0 else { return true }
    let mask = ~(UInt8(0xFF) >> UInt8(rest))
    return left[whole] & mask == right[whole] & mask
  }

  /// The four or sixteen bytes of an IP address; an IPv4 address in IPv6's clothes counts as IPv4.
  private static func address(_ text: String) -> [UInt8]? {
    var four = [UInt8](repeating: 0, count: 4)
    if inet_pton(AF_INET, text, &four) == 1 { return four }
    var sixteen = [UInt8](repeating: 0, count: 16)
    guard inet_pton(AF_INET6, text, &sixteen) == 1 else { return nil }
    let isMapped = sixteen.prefix(10).allSatisfy { $0 == 0 } && sixteen[10] == 0xFF && sixteen[11] == 0xFF
    return isMapped ? Array(sixteen.suffix(4)) : sixteen
  }
}
