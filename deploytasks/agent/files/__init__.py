"""What lies on file systems: entries, trees and contents."""
