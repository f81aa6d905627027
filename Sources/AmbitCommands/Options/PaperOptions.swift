import AmbitKit
import KubeModel
import Registers

/// What commands share that record waivers and attestations.
enum PaperOptions {
  /// The moment that an option gives; a date means its end.
  static func moment(_ text: String, _ option: String, _ now: Moment) throws -> Moment {
    guard let moment = Moment(text, now: now, day: .end) else {
      throw AmbitError(.usage, "'\(text)' after \(option) is no time", hint: Moment.forms)
    }
    return moment
  }

  /// Tells each mistake of a register that was refused.
  static func telling(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch let problems as RegisterProblems {
      for problem in problems.problems { Terminal.note(HiddenText.escaped(problem.problem.message)) }
      throw problems
    }
  }
}
