import Foundation

// embed-files DIRECTORY OUTPUT: writes a Swift file with the name and content of every file.

let arguments = CommandLine.arguments
guard arguments.count == 3 else {
  FileHandle.standardError.write(Data("usage: embed-files DIRECTORY OUTPUT\n".utf8))
  exit(64)
}

let directory = URL(fileURLWithPath: arguments[1], isDirectory: true)
let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
  .filter { !$0.hasPrefix(".") }.sorted()

/// A raw string literal whose delimiter does not occur in the text.
func literal(_ text: String) -> String {
  var hashes = "#"
  while text.contains("\"\"\"" + hashes) || text.contains("\\" + hashes) { hashes += "#" }
  return "\(hashes)\"\"\"\n\(text)\n\"\"\"\(hashes)"
}

var source = """
  /// Files that travel inside the binary. Made by the build; not to be edited.
  enum EmbeddedFiles {
    static let all: [(path: String, contents: String)] = [

  """
for name in names {
  let text = try String(contentsOf: directory.appendingPathComponent(name), encoding: .utf8)
  source += "(#\"\(name)\"#, \(literal(text))),\n"
}
source += "  ]\n}\n"
try source.write(toFile: arguments[2], atomically: true, encoding: .utf8)
