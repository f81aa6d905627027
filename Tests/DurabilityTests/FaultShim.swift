import Foundation
import TestSupport

/// What `Shim/faults.c` lets go wrong.
struct Fault: Sendable, CustomStringConvertible {
  enum Kind: String, Sendable {
    case killBefore = "kill-before"
    case killAfter = "kill-after"
    case killHalfway = "kill-halfway"
    case pause
    case failOnce = "fail-once"
    case failOnward = "fail-onward"
  }

  let kind: Kind
  /// The number of the change that it befalls, from 1.
  let change: Int
  var errorNumber: Int32 = 0

  var isKill: Bool { [.killBefore, .killAfter, .killHalfway].contains(kind) }

  var description: String {
    "\(kind.rawValue)\(errorNumber == 0 ? "" : " (\(String(cString: strerror(errorNumber))))") at change \(change)"
  }
}

/// A call by which a command changed its store.
struct Change: Sendable, CustomStringConvertible {
  let call: String
  let path: String
  /// The second path of a call that has two.
  let destination: String?

  var isSync: Bool { ["fsync", "fdatasync"].contains(call) }
  var isWrite: Bool { ["write", "pwrite", "writev"].contains(call) }

  var description: String { ([call, path] + (destination.map { [$0] } ?? [])).joined(separator: " ") }
}

/// The shim, compiled, and how a command is run below it.
enum FaultShim {
  /// Compiled once for all tests, beside the binary; the system's compiler is there, since the package needs it.
  private static let library = Result {
    let folder = URL(filePath: CommandFixture.builtBinary).deletingLastPathComponent().path
    let source = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Shim/faults.c").path
    let (made, path) = ("\(folder)/faults-\(UUID().uuidString).so", "\(folder)/faults.so")
    let output = try RunningProcess(
      "/usr/bin/env", ["cc", "-Wall", "-Wextra", "-Werror", "-O1", "-shared", "-fPIC", "-o", made, source],
      in: folder
    ).wait()
    // In one step: other tests may be running below an earlier one.
    guard output.status == 0, rename(made, path) == 0 else {
      throw CocoaError(.executableLoad, userInfo: ["compiler": output.stderr])
    }
    return path
  }

  /// The environment in which changes of a store are counted, and one goes wrong.
  static func environment(store: String, fault: Fault? = nil, log: String? = nil) throws -> [String: String] {
    var environment = ["LD_PRELOAD": try library.get(), "AMBIT_STORE": store, "AMBIT_FAULT_UNDER": store]
    environment["AMBIT_FAULT_LOG"] = log
    if let fault {
      environment["AMBIT_FAULT_AT"] = "\(fault.change)"
      environment["AMBIT_FAULT_HOW"] = fault.kind.rawValue
      environment["AMBIT_FAULT_ERRNO"] = "\(fault.errorNumber)"
    }
    return environment
  }

  /// The changes that a log tells, with paths within the store.
  static func changes(inLog log: String, store: String) throws -> [Change] {
    let prefix = URL(filePath: store).resolvingSymlinksInPath().path + "/"
    return try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").map { line in
      let fields = line.split(separator: "\t").dropFirst().map { String($0).replacing(prefix, with: "") }
      return Change(call: fields[0], path: fields[1], destination: fields.count > 2 ? fields[2] : nil)
    }
  }
}
