import AmbitCommands
import Foundation

@main
struct Main {
  static func main() async {
    exit(await AmbitCommand.run(Array(CommandLine.arguments.dropFirst())))
  }
}
