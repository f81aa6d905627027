import Reachability
import Testing

@Suite struct AddressSetTests {
  /// Whether blocks, each with its exceptions, cover most of the internet; nil where one is malformed.
  func covers(_ blocks: [(cidr: String, except: [String])]) -> Bool? {
    var set = AddressSet()
    for block in blocks {
      guard set.insert(cidr: block.cidr, except: block.except) else { return nil }
    }
    return set.coversMostOfTheInternet
  }

  @Test func `the whole address space is everyone`() {
    #expect(covers([("0.0.0.0/0", [])]) == true)
    #expect(covers([("10.1.2.3/0", [])]) == true)
    #expect(covers([("::/0", [])]) == true)
    #expect(covers([("2000::/3", [])]) == true)
  }

  @Test func `parts that add up to it are everyone`() {
    #expect(covers([("0.0.0.0/1", []), ("128.0.0.0/1", [])]) == true)
    #expect(covers([("0.0.0.0/2", []), ("64.0.0.0/2", [])]) == true)
    #expect(covers([("::/1", []), ("8000::/1", [])]) == true)
    #expect(covers([("2000::/4", [])]) == true)
  }

  @Test func `leaving single addresses out does not make a block narrow`() {
    #expect(covers([("0.0.0.0/0", ["10.0.0.1/32"])]) == true)
    #expect(covers([("0.0.0.0/0", ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"])]) == true)
    #expect(covers([("::/0", ["2001:db8::1/128"])]) == true)
    #expect(covers([("::/0", ["fc00::/7"])]) == true)
  }

  @Test func `less than half is not everyone`() {
    #expect(covers([]) == false)
    #expect(covers([("10.0.0.0/8", [])]) == false)
    #expect(covers([("0.0.0.0/2", [])]) == false)
    #expect(covers([("0.0.0.0/0", ["0.0.0.0/1", "128.0.0.0/1"])]) == false)
    #expect(covers([("0.0.0.0/0", ["0.0.0.0/0"])]) == false)
    #expect(covers([("0.0.0.0/1", ["10.0.0.1/32"])]) == false)
    #expect(covers([("::/0", ["2000::/3"])]) == false)
    #expect(covers([("2000::/5", [])]) == false)
    #expect(covers([("fd00::/8", [])]) == false)
  }

  @Test func `what is named twice counts once`() {
    #expect(covers([("0.0.0.0/2", []), ("0.0.0.0/2", [])]) == false)
    #expect(covers([("0.0.0.0/2", []), ("32.0.0.0/3", []), ("0.0.0.0/3", [])]) == false)
    #expect(covers([("64.0.0.0/2", []), ("0.0.0.0/2", []), ("32.0.0.0/3", [])]) == true)
  }

  @Test func `an exception counts for its own block only`() {
    #expect(covers([("0.0.0.0/0", ["0.0.0.0/1", "128.0.0.0/1"]), ("0.0.0.0/1", [])]) == true)
  }

  @Test(arguments: [
    "0.0.0.0/0", "1.2.3.4/32", "255.255.255.255/1", "::/0", "::1/128", "2001:db8::/32", "1:2:3:4:5:6:7:8/64",
    "::ffff:1.2.3.4/128", "2001:DB8::a/65",
  ])
  func `a CIDR is read`(_ cidr: String) {
    #expect(covers([(cidr, [])]) != nil)
  }

  @Test(arguments: [
    "", "/", "/0", "0.0.0.0", "0.0.0.0/", "0.0.0.0/33", "0.0.0.0/-1", "0.0.0.0/+0", "0.0.0.0/0/0", "0.0.0/0",
    "0.0.0.0.0/0", "256.0.0.0/0", "+1.0.0.0/8", "1.2.3.x/8", " 0.0.0.0/0", "0.0.0.0/ 0", "any", "::/129", ":::/0",
    "1::2::3/64", "12345::/16", "+1::/16", "g::/16", "1:2:3:4:5:6:7/64", "1:2:3:4:5:6:7:8:9/64", "fe80::1%eth0/64",
    "::1.2.3/96", "::1.2.3.256/96",
  ])
  func `what is no CIDR is refused, as a block and as an exception`(_ cidr: String) {
    #expect(covers([(cidr, [])]) == nil)
    #expect(covers([("0.0.0.0/0", [cidr])]) == nil)
  }

  @Test func `an exception of the other family is refused`() {
    #expect(covers([("0.0.0.0/0", ["::/1"])]) == nil)
    #expect(covers([("::/0", ["10.0.0.0/8"])]) == nil)
  }
}
