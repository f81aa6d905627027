import Dispatch

/// Where tests run that wait for programs for long: on a thread of their own, one after the other, so that they
/// keep none of the few threads on which the clocks of other tests run.
@globalActor actor WaitingTests {
  static let shared = WaitingTests()

  private static let executor = QueueExecutor()
  nonisolated var unownedExecutor: UnownedSerialExecutor { WaitingTests.executor.asUnownedSerialExecutor() }
}

private final class QueueExecutor: SerialExecutor {
  private let queue = DispatchQueue(label: "tests that wait for programs")

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }
}
