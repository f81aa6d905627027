package import KubeModel
package import Registers

/// Waivers and attestations, added and taken away one by one: each time a new version of their register.
package struct PaperBook {
  private let book: RegisterBook

  package init(_ ambit: Ambit) { book = RegisterBook(ambit) }

  // MARK: Waivers

  package func waivers(at moment: Moment) throws -> Waivers { try book.waivers().content(at: moment.milliseconds) }

  /// Puts a waiver in force from now on.
  ///
  /// - Throws: `.badInput` where one of its id is in force, which is removed first, or where it is none.
  package func add(_ waiver: Waivers.Waiver, message: String?, by who: Journal.Operator, at time: Moment) throws {
    let present = try waivers(at: time)
    guard !present.all.contains(where: { $0.id == waiver.id }) else {
      throw AmbitError(
        .badInput, "there is a waiver '\(waiver.id)' already",
        hint: "give another --id, or remove it first with `ambit waiver remove \(waiver.id)`")
    }
    try put(Waivers(present.all + [waiver]).text, Waivers.registerName, message, who, time)
  }

  /// Takes a waiver out of force from now on; what it covered until then stays covered.
  package func removeWaiver(_ id: String, message: String?, by who: Journal.Operator, at time: Moment) throws {
    let present = try waivers(at: time)
    try checkIsKnown(id, among: present.all.map(\.id), "waiver")
    try put(Waivers(present.all.filter { $0.id != id }).text, Waivers.registerName, message, who, time)
  }

  // MARK: Attestations

  package func attestations(at moment: Moment) throws -> Attestations {
    try book.attestations().content(at: moment.milliseconds)
  }

  /// Puts an attestation in force from now on, with the file that it brings.
  package func add(
    _ attestation: Attestations.Attestation, file: [UInt8]?, message: String?, by who: Journal.Operator, at time: Moment
  ) throws {
    let present = try attestations(at: time)
    guard !present.all.contains(where: { $0.id == attestation.id }) else {
      throw AmbitError(
        .badInput, "there is an attestation '\(attestation.id)' already",
        hint: "give another --id, or remove it first with `ambit attest remove \(attestation.id)`")
    }
    try put(
      Attestations(present.all + [attestation]).text, Attestations.registerName, message, who, time,
      attached: attestation.file.flatMap { named in file.map { [named.digest: $0] } } ?? [:])
  }

  package func removeAttestation(_ id: String, message: String?, by who: Journal.Operator, at time: Moment) throws {
    let present = try attestations(at: time)
    try checkIsKnown(id, among: present.all.map(\.id), "attestation")
    try put(Attestations(present.all.filter { $0.id != id }).text, Attestations.registerName, message, who, time)
  }

  /// The bytes of the file that an attestation brought; nil where it brought none.
  package func file(of id: String, at moment: Moment) throws -> [UInt8]? {
    let present = try attestations(at: moment)
    try checkIsKnown(id, among: present.all.map(\.id), "attestation")
    return try present.all.first { $0.id == id }?.file.flatMap { try book.attached($0.digest) }
  }

  // MARK: Writing

  private func checkIsKnown(_ id: String, among ids: [String], _ what: String) throws {
    guard !ids.contains(id) else { return }
    throw AmbitError(
      .notFound, "there is no \(what) '\(id)'" + NearMiss.suffix(id, among: ids),
      hint: ids.isEmpty ? "none is in force" : "those in force are \(ids.prefix(8).joined(separator: ", "))")
  }

  private func put(
    _ text: [UInt8], _ name: String, _ message: String?, _ who: Journal.Operator, _ time: Moment, attached: [String: [UInt8]] = [:]
  ) throws {
    _ = try book.put([(name: "the register '\(name)'", bytes: text)], attached: attached, message: message, by: who, at: time)
  }
}
