import Foundation
import Testing
import TestSupport

/// A file system that is really full, also for what is written through a mapping.
@Suite(.onOwnThreads) struct FullDiskTests {
  /// A private mount needs root, or a system that lets users have namespaces of their own.
  private static let unshare = ["unshare", geteuid() == 0 ? "-m" : "-rm", "sh", "-euc"]

  static let canMount: Bool = {
    let output = try? RunningProcess("/usr/bin/env", unshare + ["mount -t tmpfs none ."], in: "/mnt").wait()
    return output?.status == 0
  }()

  @Test(.enabled(if: canMount, "a small file system cannot be mounted here"))
  func `on a full disk a snapshot says so, and the next one works where space is free again`() throws {
    let fixture = try CommandFixture()
    for state in 1...3 { _ = try Scenario.recording(state, in: fixture) }
    let script = """
      mkdir disk
      mount -t tmpfs -o size=4m none disk
      ambit() { '\(CommandFixture.builtBinary)' "$@"; }
      status() { set +e; "$@" >>said 2>&1; code=$?; set -e; }
      export AMBIT_STORE=disk/store.git
      ambit init
      ambit snapshot --from state-1.yaml --cluster c
      cp -a disk/store.git before.git
      for free in 0 4 8 12 16 20 24 28 32 40 48 56 64 80 96 128 192 256; do
        rm -rf disk/store.git; cp -a before.git disk/store.git
        left=$(df -k --output=avail disk | tail -n 1)
        dd if=/dev/zero of=disk/filler bs=1024 count=$((left - free)) 2>/dev/null
        : >said
        status ambit snapshot --from state-2.yaml --cluster c; writer=$code
        cp said "said-$free"
        status git -C disk/store.git fsck --strict --no-dangling; fsck=$code
        rm disk/filler
        status ambit index check; check=$code
        status ambit snapshot --from state-3.yaml --cluster c; next=$code
        status git -C disk/store.git fsck --strict --no-dangling
        echo "$free $writer $fsck $check $next $code"
      done
      """
    let output = try RunningProcess(
      "/usr/bin/env", FullDiskTests.unshare + [script], in: fixture.directory, environment: ["HOME": fixture.directory]
    ).wait()
    #expect(output.status == 0, "\(output)")
    let lines = output.stdout.split(separator: "\n").compactMap { line -> [Int]? in
      let numbers = line.split(separator: " ").compactMap { Int($0) }
      return numbers.count == 6 ? numbers : nil
    }
    #expect(lines.count == 18)
    for line in lines {
      let said = try String(contentsOfFile: "\(fixture.directory)/said-\(line[0])", encoding: .utf8)
      #expect([0, 74].contains(line[1]), "\(line[0]) KiB free: \(said)")
      #expect(line[1] == 0 || said.contains("\nHint: check the free space and the disk\n"), "\(said)")
      #expect(line[2...].allSatisfy { $0 == 0 }, "\(line): \(said)")
    }
    #expect(lines.first?[1] == 74, "a disk without any space let a snapshot pass")
  }
}
