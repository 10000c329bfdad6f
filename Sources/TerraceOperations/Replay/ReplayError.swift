public import TerraceVenues

/// Why recordings can't be replayed: what is wrong and what to do.
public enum ReplayError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A file can't be read, or is no recording.
    case recording(RecordingError)
    /// A configuration can't be used.
    case configuration(ConfigurationError)
    /// A path names a folder, a pipe or a device.
    case notAFile(String)
    /// Recordings of this venue can't be read.
    case unknownVenue(String, hint: String)
    /// A symbol is not written `BASE/QUOTE`.
    case badSymbol(String)
    /// A symbol was given twice.
    case symbolTwice(String)
    /// The recordings have nothing of a symbol; `hint` says what they have.
    case unknownSymbol(String, hint: String)
    /// The recordings have messages of a symbol, but no book of it begins: no snapshot.
    case noBook(String)
    /// A strategy can't be run on the pair.
    case strategy(String, reason: String)
    /// The configuration has nothing that can be replayed.
    case nothingToReplay(String)

    /// What happened, and what to do.
    public var description: String {
        switch self {
        case .recording(let error): error.description
        case .configuration(let error): error.description
        case .notAFile(let path):
            "\(path): a recording must be a regular file, since it is read twice: write it to one first"
        case .unknownVenue(let venue, let hint): "recordings of \"\(venue)\" can't be replayed\(hint)"
        case .badSymbol(let symbol):
            "\"\(symbol)\" is no symbol: write it BASE/QUOTE in capitals, such as \(Self.example(symbol))"
        case .symbolTwice(let symbol): "the symbol \(symbol) is there twice"
        case .unknownSymbol(let symbol, let hint): "there is nothing of \(symbol) in the recordings\(hint)"
        case .noBook(let symbol):
            "there is no snapshot of \(symbol) in the recordings that its changes follow: without one it has no book"
        case .strategy(let id, let reason): "strategy \(id): \(reason)"
        case .nothingToReplay(let reason): reason
        }
    }

    /// What was meant, where that can be guessed.
    private static func example(_ symbol: String) -> String {
        let guess = symbol.contains("/") ? symbol.uppercased() : ReplayPlan.pair(symbol.uppercased())
        return guess.count <= 32 && (try? RecordingSurvey.name(of: guess)) != nil ? guess : "BTC/USDT"
    }
}
