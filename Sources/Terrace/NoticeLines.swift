import Synchronization

/// The last lines of what connections had to tell, for the foot of the screen.
final class NoticeLines: Sendable {
    private let lines = Mutex<(shown: [String], unseen: [String])>(([], []))

    /// Adds a line.
    func add(_ line: String) {
        self.lines.withLock {
            $0.shown = ($0.shown + [line]).suffix(5)
            $0.unseen = ($0.unseen + [line]).suffix(50)
        }
    }

    /// The lines to be shown now.
    func show() -> [String] {
        self.lines.withLock {
            $0.unseen = []
            return $0.shown
        }
    }

    /// The lines that came after the screen was drawn for the last time.
    func takeUnseen() -> [String] {
        self.lines.withLock { lines in
            defer { lines.unseen = [] }
            return lines.unseen
        }
    }
}
