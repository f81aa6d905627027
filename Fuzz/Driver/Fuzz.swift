import CLibFuzzer
import FuzzTargets

/// Runs one target under libFuzzer: `Fuzz TARGET [what libFuzzer takes]`. `scripts/fuzz` builds and calls it.
@main enum Fuzz {
  nonisolated(unsafe) private static var target = FuzzTarget.canonicalYAML

  static func main() {
    guard CommandLine.argc > 1, let named = FuzzTarget(rawValue: CommandLine.arguments[1]) else {
      print("targets: \(FuzzTarget.allCases.map(\.rawValue).joined(separator: " "))")
      return
    }
    target = named
    // libFuzzer reads its options from the second word on.
    var count = CommandLine.argc - 1
    var words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
    _ = LLVMFuzzerRunDriver(&count, &words) { data, size in
      let bytes = Array(UnsafeBufferPointer(start: data, count: size))
      if let fault = Fuzz.target.fault(in: bytes) { fatalError(fault) }
      return 0
    }
  }
}
