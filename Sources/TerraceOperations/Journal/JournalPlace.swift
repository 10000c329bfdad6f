internal import Foundation
import TerraceStorage

/// Where a journal is, by what a person gave: its folder, the `data` folder it is in, or the configuration of the run that writes it.
public struct JournalPlace: Sendable, Equatable {
    /// The folder of the segments.
    public let folder: String

    /// Finds the journal that `text` means.
    ///
    /// - Throws: `JournalPlaceError`, where there is none.
    public init(_ text: String) throws(JournalPlaceError) {
        var isFolder: ObjCBool = false
        guard !text.isEmpty, unsafe FileManager.default.fileExists(atPath: text, isDirectory: &isFolder) else {
            throw JournalPlaceError("\(text.isEmpty ? "\"\"" : text): there is no such file or folder")
        }
        if isFolder.boolValue {
            for folder in [text, text + "/journal"] where Self.holdsSegments(folder) {
                self.folder = folder
                return
            }
            throw JournalPlaceError(
                "\(text): no journal is in this folder: its files are called journal-<20 digits>.tj. Name the folder that has them, "
                    + "or the configuration of the run")
        }
        if text.hasSuffix(".tj") {
            throw JournalPlaceError("\(text): this is one segment of a journal: name its folder")
        }
        let configuration: DeskConfiguration
        do {
            configuration = try DeskConfiguration.load(path: text)
        } catch {
            throw JournalPlaceError(error.description)
        }
        self.folder = configuration.services.journalFolder
        if !Self.holdsSegments(self.folder) {
            throw JournalPlaceError(
                "\(self.folder): no journal is there, where \(text) has it: no live run has written one yet")
        }
    }

    private static func holdsSegments(_ folder: String) -> Bool { (try? JournalBrowser.isJournal(folder)) ?? false }
}

/// Why there is no journal where a person said.
public struct JournalPlaceError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong, and what to do.
    public let description: String

    init(_ description: String) { self.description = description }
}
