internal import FoundationEssentials
internal import Integrity

/// Which program this is, so that what another one found out is not taken for what this one would.
enum ProgramIdentity {
  /// A digest of the version and of the executable's own date and size: the code of checks and of the engine is in it.
  static let digest: SHA256Value = {
    let path = "/proc/self/exe"
    let real = (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) ?? CommandLine.arguments.first ?? ""
    let attributes = (try? FileManager.default.attributesOfItem(atPath: real)) ?? [:]
    let size = (attributes[.size] as? Int) ?? 0
    let date = (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
    return SHA256Value(of: Array("\(Ambit.version) \(size) \(date)".utf8))
  }()
}
