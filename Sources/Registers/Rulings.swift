internal import Integrity

/// What the owner decided and checks judge by, as it was in force at one moment.
package struct Rulings: Sendable {
  package let zones: Zones
  package let parameters: Parameters
  package let exclusions: Exclusions
  package let assertions: Assertions
  /// Registers that are in force and do not read, as those of a later version may: what they decide is not known.
  package let unreadable: Set<String>
  /// The SHA-256 over the texts of the registers, in hexadecimal: equal rulings judge alike.
  package let digest: String

  /// The registers of which rulings are made.
  package static let registers = [Zones.registerName, Parameters.registerName, Exclusions.registerName, Assertions.registerName]

  /// What holds where nothing was decided.
  package static let none = Rulings { (_) -> [UInt8]? in nil }

  /// - Parameter text: the text of a register that is in force, by its name; nil where there is none.
  package init<Failure>(_ text: (String) throws(Failure) -> [UInt8]?) throws(Failure) {
    var texts: [String: [UInt8]] = [:]
    for name in Rulings.registers { texts[name] = try text(name) }
    var unreadable: Set<String> = []
    var hashed: [UInt8] = []
    func content<Content>(_ name: String, _ read: ([UInt8]) -> Content?, else none: Content) -> Content {
      guard let bytes = texts[name] else { return none }
      hashed += Array(name.utf8) + [0] + SHA256Digest.bytes(bytes)
      guard let content = read(bytes) else {
        unreadable.insert(name)
        return none
      }
      return content
    }
    zones = content(Zones.registerName, Zones.init(recorded:), else: .none)
    parameters = content(Parameters.registerName, Parameters.init(recorded:), else: .none)
    exclusions = content(Exclusions.registerName, Exclusions.init(recorded:), else: .none)
    assertions = content(Assertions.registerName, Assertions.init(recorded:), else: .none)
    self.unreadable = unreadable
    digest = SHA256Digest.hex(hashed)
  }
}
