import Foundation
import Testing

/// One source file: where it is, and its lines with comments and the text of string literals taken out.
struct SourceFile: Sendable, CustomTestStringConvertible {
    /// From the folder of the package, such as `Sources/TerraceCore/Money/Price.swift`.
    let path: String
    /// As they are.
    let lines: [String]
    /// What the compiler sees: comments and literals are blank.
    let code: [String]

    var target: String { self.path.split(separator: "/").dropFirst().first.map { String($0) } ?? "" }
    var name: String { self.path.split(separator: "/").last.map { String($0.dropLast(6)) } ?? "" }
    var testDescription: String { self.path }
}

/// The sources of the package, found from where this file is.
enum SourceTree {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static let sources = files(under: "Sources")
    static let tests = files(under: "Tests")

    static func text(_ path: String) -> String {
        (try? String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)) ?? ""
    }

    static func paths(under folder: String, suffix: String) -> [String] {
        let start = root.appendingPathComponent(folder)
        guard let found = FileManager.default.enumerator(atPath: start.path) else { return [] }
        return found.compactMap { $0 as? String }.filter { $0.hasSuffix(suffix) }.sorted().map { "\(folder)/\($0)" }
    }

    private static func files(under folder: String) -> [SourceFile] {
        paths(under: folder, suffix: ".swift").map { path in
            let lines = text(path).split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
            return SourceFile(path: path, lines: lines, code: bare(lines))
        }
    }

    /// Good enough for our own sources: `//` to the end, string literals on one line, multi-line literals as a whole.
    private static func bare(_ lines: [String]) -> [String] {
        var isInLiteral = false
        return lines.map { line in
            if line.contains("\"\"\"") {
                isInLiteral.toggle()
                return ""
            }
            if isInLiteral { return "" }
            var code = ""
            var isQuoted = false
            var previous: Character = " "
            for character in line {
                if character == "\"", previous != "\\" { isQuoted.toggle() }
                if !isQuoted, character == "/", previous == "/" {
                    code.removeLast()
                    break
                }
                code.append(isQuoted && character != "\"" ? "_" : character)
                previous = character
            }
            return code
        }
    }
}
