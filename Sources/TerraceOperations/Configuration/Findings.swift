/// What is found in one file while it is read: each thing once, whoever finds it again.
final class Findings {
    let file: String
    private(set) var all: [Diagnostic] = []
    private var seen: Set<Diagnostic> = []  // Looked up, never walked through.
    private(set) var errors = 0

    init(file: String) { self.file = file }

    func error(_ place: Place?, _ message: String) { self.add(.error, place, message) }

    func warning(_ place: Place?, _ message: String) { self.add(.warning, place, message) }

    private func add(_ severity: Diagnostic.Severity, _ place: Place?, _ message: String) {
        if severity == .error { self.errors += 1 }
        let diagnostic = Diagnostic(file: self.file, place: place, severity: severity, message: message)
        guard self.all.count < ConfigurationError.limit, self.seen.insert(diagnostic).inserted else { return }
        self.all.append(diagnostic)
    }

    /// Forgets everything.
    func removeAll() {
        self.all = []
        self.seen = []
        self.errors = 0
    }

    /// Throws what was found where any of it is an error.
    func check() throws(ConfigurationError) {
        guard self.errors > 0 else { return }
        var all = self.all
        if all.count >= ConfigurationError.limit {
            all.append(
                Diagnostic(
                    file: self.file, place: nil, severity: .error,
                    message: "there is more than can be shown; these are \(ConfigurationError.limit) of it"))
        }
        throw ConfigurationError(all)
    }

    /// What was only doubtful, by place.
    var warnings: [Diagnostic] { self.all.filter { $0.severity == .warning }.sorted() }
}
