/// `mode`: what a live run does with the orders that the engine wants.
public enum RunMode: String, Sendable, CaseIterable {
    /// Nothing is sent: each command is printed, and taken as carried out.
    case dryRun = "dry-run"
    /// Nothing is sent: orders are filled on paper, beside the live market.
    case paper
    /// Orders are sent. Real money.
    case live
}

/// Why a mode can't be run.
public enum RunModeError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file says live, the command line nothing.
    case notAsked(file: String)
    /// The command line says live, the file another mode.
    case notInFile(file: String, RunMode)

    /// What to do.
    public var description: String {
        switch self {
        case .notAsked(let file):
            "\(file) says mode: live, which sends real orders: add --mode live if that is meant, or else --mode dry-run"
        case .notInFile(let file, let mode):
            "--mode live sends real orders, and \(file) says mode: \(mode.rawValue): write mode: live there if that is meant"
        }
    }
}

extension RunMode {
    /// The mode of a run: what was asked for, else what the file says; live only where both say it.
    public static func of(_ desk: DeskConfiguration, asked: RunMode?) throws(RunModeError) -> RunMode {
        if asked == .live, desk.mode != .live { throw .notInFile(file: desk.file, desk.mode) }
        if asked == nil, desk.mode == .live { throw .notAsked(file: desk.file) }
        return asked ?? desk.mode
    }
}
