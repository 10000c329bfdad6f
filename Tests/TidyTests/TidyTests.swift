import Testing

/// What the compiler can't hold, held by reading the sources.
@Suite("The sources") struct TidyTests {
    /// Targets by floor; each may import those of lower floors only.
    static let floors: [String: Int] = [
        "CZlib": 0, "CTerrace": 0, "CPostgres": 0, "CRedis": 0, "TerraceCore": 1, "TerraceVenues": 2,
        "TerraceSimulation": 2, "TerraceStorage": 2, "TerraceBus": 3, "TerraceRuntime": 3, "TerraceExchangeServer": 3,
        "TerraceOperations": 4, "Terrace": 5,
        "TerraceExchange": 5,
    ]
    static var core: [SourceFile] { SourceTree.sources.filter { $0.target == "TerraceCore" } }

    static func imports(_ file: SourceFile) -> [String] {
        file.code.compactMap { line in
            let words = line.split(separator: " ")
            guard let place = words.firstIndex(of: "import"), place + 1 < words.count, place <= 2 else { return nil }
            return String(words[place + 1])
        }
    }

    /// Each line of code that has one of `words` as a whole word or with what follows it, as `path:line: text`.
    static func finds(_ pattern: some RegexComponent, in files: [SourceFile]) -> [String] {
        files.flatMap { file in
            file.code.enumerated().filter { $0.element.contains(pattern) }.map {
                "\(file.path):\($0.offset + 1): \(file.lines[$0.offset].trimmingPrefix(while: { $0 == " " }))"
            }
        }
    }

    @Test("are found at all")
    func found() {
        #expect(Self.core.count > 50 && SourceTree.sources.count > Self.core.count && SourceTree.tests.count > 20)
    }

    @Test("of the core import nothing but the standard library")
    func coreImports() {
        for file in Self.core { #expect(Self.imports(file) == [], "\(file.path)") }
    }

    @Test("of the core neither print nor look at a clock, the environment, a file, or chance")
    func corePure() {
        let impure =
            #/\b(print|debugPrint|dump|readLine|getenv|fopen|Date|UUID|ContinuousClock|SuspendingClock|Task|DispatchQueue|SystemRandomNumberGenerator|random|shuffled?|hashValue|Hasher)\b *[(.<]/#
        #expect(Self.finds(impure, in: Self.core) == [])
        #expect(
            Self.finds(#/\b(async|await|nonisolated|actor|backtest)\b/#, in: Self.core).filter {
                !$0.contains("self.await(") && !$0.contains("func await(")
            } == [])
    }

    @Test("keep to their floors: a target imports only targets below it, and every target has a floor")
    func floors() {
        for file in SourceTree.sources where file.path.hasSuffix(".swift") {
            guard let own = Self.floors[file.target] else {
                Issue.record("\(file.path): give target \(file.target) a floor in TidyTests and docs/architecture.md")
                continue
            }
            for module in Self.imports(file) {
                if let other = Self.floors[module] { #expect(other < own, "\(file.path) imports \(module)") }
            }
        }
    }

    @Test("never trap on purpose: no try!, as!, fatalError, unowned memory by hand")
    func traps() {
        let traps =
            #/\btry!|\bas!|\bfatalError\b|\bpreconditionFailure\b|\bassertionFailure\b|\bunsafeBitCast\b|\bunowned\(unsafe\)/#
        #expect(Self.finds(traps, in: SourceTree.sources) == [])
    }

    @Test("have no file that is too long to read", arguments: SourceTree.sources + SourceTree.tests)
    func length(file: SourceFile) {
        #expect(file.lines.count <= 600, "split \(file.path): it has \(file.lines.count) lines")
    }

    @Test("have in a file what its name says", arguments: SourceTree.sources)
    func names(file: SourceFile) {
        let type = file.name.split(separator: "+").first.map { String($0) } ?? file.name
        let isKnown = Self.collections.contains(file.name)
        let kinds = ["struct", "class", "enum", "protocol", "extension", "actor"]
        let declares = file.code.contains { line in
            let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map { String($0) }
            return zip(words, words.dropFirst()).contains { kinds.contains($0) && $1 == type }
        }
        #expect(declares || isKnown, "\(file.path) declares no \(type)")
    }

    /// Files of small kindred types, named for what they have in common.
    static let collections: Set<String> = ["Indices", "Reference", "State"]

    @Test("leave out the words that say nothing, and notes to oneself")
    func words() {
        let names = #/\b(struct|class|enum|protocol|actor) +\w*(Manager|Helper|Utils?|Common|Impl|Wrapper)\b/#
        #expect(Self.finds(names, in: SourceTree.sources + SourceTree.tests) == [])
        let notes = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]
        let places = ["/work" + "/", "/root" + "/", "/tmp" + "/ws", "shared" + "/"]
        let texts =
            ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "Makefile", "Package.swift"]
            + SourceTree.paths(under: "docs", suffix: ".md") + SourceTree.paths(under: "examples", suffix: "")
        let lines =
            (SourceTree.sources + SourceTree.tests).flatMap { file in file.lines.map { (file.path, $0) } }
            + texts.flatMap { path in SourceTree.text(path).split(separator: "\n").map { (path, String($0)) } }
        for (path, line) in lines {
            for word in notes + places { #expect(!line.contains(word), "\(path): \(line)") }
        }
    }

    @Test("have no code that is commented out")
    func commentedOut() {
        let code = #/^ *\/\/ *(let|var|func|return|if|for|guard|self\.|import|\}) .*[{(=]|^ *\/\/ *\}$/#
        let lines = (SourceTree.sources + SourceTree.tests).flatMap { file in file.lines.map { (file.path, $0) } }
        for (path, line) in lines where line.contains(code) { Issue.record("\(path): \(line)") }
    }
}
