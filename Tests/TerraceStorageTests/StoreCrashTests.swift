import Foundation
import Glibc
import Testing

@testable import TerraceStorage

@Suite("A process that stores and is killed at any moment") struct StoreCrashTests {
    /// 15 seeds by default, `TERRACE_SOAK_SEEDS` of them in the long run.
    static let seeds: [UInt64] = {
        let count = ProcessInfo.processInfo.environment["TERRACE_SOAK_SEEDS"].flatMap { Int($0) } ?? 15
        return (0..<max(1, count)).map { 1_000 + UInt64($0) }
    }()

    /// The program, beside the tests.
    static let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("terrace")

    @Test("loses nothing and doubles nothing", arguments: Self.seeds, StoreEngine.allCases)
    func killed(seed: UInt64, engine: StoreEngine) async throws {
        var random = StoreRandom(seed: seed)
        let script = StoreScript(seed: seed, events: 1_500)
        let place = try engine.place()
        let folder = try script.write()
        var kills = 0
        for round in 0... {
            let process = Process()
            process.executableURL = Self.program
            process.arguments = ["store", "_follow", folder, "--batch", "\(3 + random.next() % 40)"]
            process.environment = ProcessInfo.processInfo.environment.merging(["TERRACE_STORE": place]) { $1 }
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            if round < 6 {
                // Long enough to start, mostly, and seldom long enough to finish.
                usleep(UInt32(20_000 + random.next() % 250_000))
                if process.isRunning, Glibc.kill(process.processIdentifier, SIGKILL) == 0 { kills += 1 }
                process.waitUntilExit()
                if process.terminationReason == .uncaughtSignal { continue }
            } else {
                process.waitUntilExit()
            }
            #expect(process.terminationStatus == 0 && process.terminationReason == .exit)
            break
        }
        try script.check(place, "seed \(seed), killed \(kills) times")
    }
}
