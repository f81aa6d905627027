internal import Integrity
internal import Mustache

/// Turns a report into a page or a Markdown file. The same report gives the same bytes.
package struct ReportWriter {
  private let library: MustacheLibrary
  private let style: String
  private let script: String

  /// Files that make up a report, by the names under which they can be replaced.
  package static let names = [page, document, styleSheet, scriptFile]
  private static let page = "assessment.html.mustache"
  private static let document = "assessment.md.mustache"
  private static let styleSheet = "assessment.css"
  private static let scriptFile = "assessment.js"

  /// - Parameter overrides: Files by name that replace our own; others are not looked at.
  package init(overrides: [String: String] = [:]) throws {
    func file(_ name: String) throws -> String {
      guard let text = overrides[name] ?? EmbeddedFiles.all.first(where: { $0.path == name })?.contents else {
        throw BadTemplate(name: name, description: "it is not there")
      }
      return text
    }
    func template(_ name: String) throws -> MustacheTemplate {
      let text = try file(name)
      if let objection = ReportWriter.objection(to: text) { throw BadTemplate(name: name, description: objection) }
      return try MustacheTemplate(string: text)
    }
    library = MustacheLibrary(templates: [
      ReportWriter.page: try template(ReportWriter.page), ReportWriter.document: try template(ReportWriter.document),
    ])
    style = try ReportWriter.inline(try file(ReportWriter.styleSheet), ReportWriter.styleSheet)
    script = try ReportWriter.inline(try file(ReportWriter.scriptFile), ReportWriter.scriptFile)
  }

  package func html(_ report: Report) throws -> String {
    var context = ReportView(report: report, format: HTMLFormat(), hasPictures: true).context
    let footer = """
      @page{@bottom-left{content:\(HTMLFormat.styleString(report.title))}\
      @bottom-right{content:\(HTMLFormat.styleString("evidence \(report.digest.prefix(16)) · page ")) counter(page) \(HTMLFormat.styleString(" of ")) counter(pages)}}
      """
    context["style"] = style
    context["script"] = script
    context["footerStyle"] = footer
    context["policy"] =
      "default-src 'none'; style-src \(ReportWriter.source(style)) \(ReportWriter.source(footer)); script-src \(ReportWriter.source(script)); base-uri 'none'; form-action 'none'"
    return try render(context, ReportWriter.page)
  }

  package func markdown(_ report: Report) throws -> String {
    try render(ReportView(report: report, format: MarkdownFormat(), hasPictures: false).context, ReportWriter.document)
  }

  private func render(_ context: [String: Any], _ template: String) throws -> String {
    guard let result = library.render(context, withTemplate: template) else {
      throw BadTemplate(name: template, description: "it is not there")
    }
    return result
  }

  /// What a page's policy calls text that may be used.
  private static func source(_ text: String) -> String {
    "'sha256-\(Base64.text(SHA256Digest.bytes(Array(text.utf8))))'"
  }

  /// Text that can stand within its element, whose hash is that of what the browser reads there.
  private static func inline(_ text: String, _ name: String) throws -> String {
    for word in ["</", "<!--"] where text.contains(word) {
      throw BadTemplate(name: name, description: "it holds '\(word)', which may end the element that it stands in")
    }
    // Browsers read every end of line as one newline.
    return text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
  }
}

extension ReportWriter {
  private static let deepest = 50

  /// Why a template is not used: what the library would follow without end, or a report with nothing in it.
  private static func objection(to text: String) -> String? {
    guard text.contains(where: { !$0.isWhitespace }) else { return "it is empty" }
    var depth = 0
    for tag in text.matches(of: /{{\s*([#^\/>])/) {
      switch tag.1 {
      case "#", "^": depth += 1
      case "/": depth -= 1
      default: return "partials ({{>) are not supported"
      }
      if depth > deepest { return "its sections are nested deeper than \(deepest)" }
    }
    return nil
  }
}
