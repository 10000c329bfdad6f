import Dispatch
import Foundation

/// SIGINT or SIGTERM, whichever comes first. Further ones are ignored: the end is under way.
struct StopSignal {
    private let signals: AsyncStream<Int32>
    private let sources: [any DispatchSourceSignal]

    /// Begins to watch for both.
    init() {
        let (stream, continuation) = AsyncStream<Int32>.makeStream()
        self.signals = stream
        self.sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield(number) }
            source.resume()
            return source
        }
    }

    /// Ends when one has come.
    func wait() async {
        for await _ in self.signals { return }
    }
}
